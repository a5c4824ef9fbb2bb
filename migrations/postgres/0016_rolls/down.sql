DROP TABLE roll_erasures;
DROP TABLE roll_sheets;
DROP TABLE rolls;
