DROP TABLE view_alarms;
ALTER TABLE staff DROP COLUMN signed_in_at;
