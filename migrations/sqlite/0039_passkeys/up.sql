-- Passkeys of staff: the public half of each, the name that its owner gave it, and how often it was used, as it counts.
CREATE TABLE passkeys (
    id            BLOB   NOT NULL PRIMARY KEY,
    staff_id      BLOB   NOT NULL REFERENCES staff (id),
    mark          BLOB   NOT NULL,
    name          TEXT   NOT NULL,
    public_key    BLOB   NOT NULL,
    counter       BIGINT NOT NULL,
    may_be_copied BOOLEAN NOT NULL,
    created_at    BIGINT NOT NULL,
    used_at       BIGINT
);
CREATE INDEX passkeys_by_staff ON passkeys (staff_id);

-- What a browser was asked, until it answers once or its time is over: one of each kind for each session or browser.
CREATE TABLE passkey_challenges (
    asker      BLOB   NOT NULL,
    ceremony   TEXT   NOT NULL,
    challenge  BLOB   NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (asker, ceremony)
) WITHOUT ROWID;
CREATE INDEX passkey_challenges_by_end ON passkey_challenges (expires_at);
