DROP TABLE retention_acts;
