ALTER TABLE registry DROP COLUMN key_epoch;
DROP TABLE key_answers;
DROP TABLE key_epochs;
