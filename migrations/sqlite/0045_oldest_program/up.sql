-- Which program is the oldest that may work with these tables: the number of a migration that it has to know. A
-- migration that older programs could not live with raises it, before all else, and `OLDEST` in store/programs.rs
-- with it; `placet` looks at it with every head of the log that it reads.
ALTER TABLE log_head ADD COLUMN oldest_program INTEGER NOT NULL DEFAULT 45;
