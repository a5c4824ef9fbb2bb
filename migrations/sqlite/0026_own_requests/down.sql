ALTER TABLE customer_sessions DROP COLUMN draft;
DROP TABLE identity_challenges;
