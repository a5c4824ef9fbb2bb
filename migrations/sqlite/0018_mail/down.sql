ALTER TABLE links DROP COLUMN power;
DROP TABLE customer_sessions;
DROP TABLE sign_ins;
DROP TABLE confirmations;
DROP TABLE mails;
