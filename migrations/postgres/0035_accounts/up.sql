-- The second factor of a staff account, sealed, with the last half minute whose code was used; since when nobody
-- signs in with the account.
ALTER TABLE staff ADD COLUMN factor BYTEA;
ALTER TABLE staff ADD COLUMN factor_step BIGINT;
ALTER TABLE staff ADD COLUMN disabled_at BIGINT;

-- Sessions know when they were used and when their owner last proved who they are. Those of before end.
DROP TABLE sessions;
CREATE TABLE sessions (
    hash       BYTEA  PRIMARY KEY NOT NULL,
    staff_id   BYTEA  NOT NULL REFERENCES staff (id),
    csrf       TEXT    NOT NULL,
    -- false where only the password was right so far
    whole      BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    seen_at    BIGINT  NOT NULL,
    proven_at  BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    browser    TEXT    NOT NULL,
    -- the second factor that is being set up, sealed
    offered    BYTEA
);
CREATE INDEX sessions_of_staff ON sessions (staff_id);

-- Recovery codes that were not used, as their hashes.
CREATE TABLE recovery_codes (
    staff_id BYTEA NOT NULL REFERENCES staff (id),
    hash     BYTEA NOT NULL,
    PRIMARY KEY (staff_id, hash)
);

-- How often somebody tried to get in, by keyed hashes of account and network; before next_at nothing is tried.
CREATE TABLE guesses (
    counter  BYTEA  PRIMARY KEY NOT NULL,
    failures INTEGER NOT NULL,
    next_at  BIGINT  NOT NULL,
    seen_at  BIGINT  NOT NULL
);
