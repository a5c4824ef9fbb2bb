-- In which brand's name a link was issued, in which place it was asked for, and whether that brand's sites may
-- frame what it opens.
ALTER TABLE links ADD COLUMN controller TEXT;
ALTER TABLE links ADD COLUMN place TEXT;
ALTER TABLE links ADD COLUMN framed BOOLEAN NOT NULL DEFAULT FALSE;

-- The same of who signs in, and the brand's host on which they asked.
ALTER TABLE sign_ins ADD COLUMN controller TEXT;
ALTER TABLE sign_ins ADD COLUMN place TEXT;
ALTER TABLE sign_ins ADD COLUMN host TEXT;
ALTER TABLE customer_sessions ADD COLUMN controller TEXT;
ALTER TABLE customer_sessions ADD COLUMN place TEXT;

-- Assertions of brands' own logins that were used, until they would have expired: each opens once.
CREATE TABLE spent_assertions (
    hash       BYTEA PRIMARY KEY NOT NULL,
    expires_at BIGINT NOT NULL
);
