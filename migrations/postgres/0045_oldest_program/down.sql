ALTER TABLE log_head DROP COLUMN oldest_program;
