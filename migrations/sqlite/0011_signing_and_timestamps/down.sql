DROP TABLE timestamps;
DROP TABLE signing_acts;
