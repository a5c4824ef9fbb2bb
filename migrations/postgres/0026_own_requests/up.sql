-- A person is asked, at a contact point that was known before, whether a request is theirs: by the hash of
-- the link in their mail.
CREATE TABLE identity_challenges (
    hash       BYTEA   PRIMARY KEY NOT NULL,
    request_id BYTEA   NOT NULL,
    subject_id BYTEA   NOT NULL,
    contact    BYTEA   NOT NULL,
    code       BYTEA   NOT NULL,
    attempts   INTEGER NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    replaced   BOOLEAN NOT NULL,
    used_at    BIGINT
);
CREATE INDEX identity_challenges_of_subject ON identity_challenges (subject_id);
CREATE INDEX identity_challenges_of_request ON identity_challenges (request_id);

-- What somebody who is signed in has answered of a request that they have not sent yet, sealed under their key.
ALTER TABLE customer_sessions ADD COLUMN draft BYTEA;
