-- Until when a key opens, and within which bounds (brands, purposes, networks; as JSON). One of before opens for a
-- year from when it was made, as the log's entry says that has no date.
ALTER TABLE api_keys ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE api_keys ADD COLUMN bounds TEXT NOT NULL DEFAULT '{}';
-- The public half of a client's key pair (a JWK); none where a secret opens.
ALTER TABLE api_keys ADD COLUMN public_key TEXT;
UPDATE api_keys SET expires_at = created_at + 31536000000000;

-- When a key was used last, to some minutes. It says nothing of what was done.
CREATE TABLE key_uses (
    key_id  BYTEA   PRIMARY KEY,
    used_at BIGINT NOT NULL
);
