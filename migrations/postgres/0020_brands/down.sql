DROP TABLE spent_assertions;
ALTER TABLE customer_sessions DROP COLUMN place;
ALTER TABLE customer_sessions DROP COLUMN controller;
ALTER TABLE sign_ins DROP COLUMN host;
ALTER TABLE sign_ins DROP COLUMN place;
ALTER TABLE sign_ins DROP COLUMN controller;
ALTER TABLE links DROP COLUMN framed;
ALTER TABLE links DROP COLUMN place;
ALTER TABLE links DROP COLUMN controller;
