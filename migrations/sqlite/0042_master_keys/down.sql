DROP TABLE master_answers;
DROP TABLE master_keys;
