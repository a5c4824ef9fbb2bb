DROP TABLE erasure_register;
