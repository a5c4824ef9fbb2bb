DROP TABLE decision_expiries;
