-- Passkeys of staff: the public half of each, the name that its owner gave it, and how often it was used, as it counts.
CREATE TABLE passkeys (
    id            BYTEA  NOT NULL PRIMARY KEY,
    staff_id      BYTEA  NOT NULL REFERENCES staff (id),
    mark          BYTEA  NOT NULL,
    name          TEXT   NOT NULL,
    public_key    BYTEA  NOT NULL,
    counter       BIGINT NOT NULL,
    may_be_copied BOOLEAN NOT NULL,
    created_at    BIGINT NOT NULL,
    used_at       BIGINT
);
CREATE INDEX passkeys_by_staff ON passkeys (staff_id);

-- What a browser was asked, until it answers once or its time is over: one of each kind for each session or browser.
CREATE TABLE passkey_challenges (
    asker      BYTEA  NOT NULL,
    ceremony   TEXT   NOT NULL,
    challenge  BYTEA  NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (asker, ceremony)
);
CREATE INDEX passkey_challenges_by_end ON passkey_challenges (expires_at);
