ALTER TABLE staff DROP COLUMN bounds;
ALTER TABLE staff DROP COLUMN expires_at;
