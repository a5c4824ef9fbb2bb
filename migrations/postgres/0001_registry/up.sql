-- The registry's tables, the same in both databases. Instants are microseconds since 1970,
-- ids are the sixteen bytes of a UUIDv7, hashes are raw bytes.
--
-- What hangs on a person has no foreign key: one writer adds the person first, and the audit
-- check holds every row against the log, so that a second look at each insertion buys nothing.

CREATE TABLE registry (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    origin       TEXT    NOT NULL,
    key_check    BYTEA     NOT NULL,
    created_at   BIGINT  NOT NULL,
    catalogue_at BIGINT  NOT NULL DEFAULT 0,
    policy       TEXT    NOT NULL DEFAULT ''
);

-- The head of the log: how many entries, and the compact Merkle range over them. Locked last
-- in every write, so that positions are gapless and follow the order of commits.
CREATE TABLE log_head (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    size     BIGINT NOT NULL CHECK (size >= 0),
    frontier BYTEA    NOT NULL,
    last_at  BIGINT NOT NULL
);

-- The leaves, byte for byte as they were hashed. Append-only.
CREATE TABLE ledger (
    position BIGINT PRIMARY KEY CHECK (position >= 0),
    leaf     TEXT   NOT NULL
);

-- Roots of the full tiles of 256 (levels 1, 2, ... of the C2SP tile tree).
CREATE TABLE tree_tiles (
    level INTEGER NOT NULL,
    idx   BIGINT  NOT NULL,
    hash  BYTEA     NOT NULL,
    PRIMARY KEY (level, idx)
);

CREATE TABLE checkpoints (
    size      BIGINT PRIMARY KEY,
    root      BYTEA    NOT NULL,
    note      TEXT   NOT NULL,
    signed_at BIGINT NOT NULL
);

-- What the leaves about no person commit to, with the opening.
CREATE TABLE public_events (
    position BIGINT PRIMARY KEY,
    payload  TEXT   NOT NULL,
    opening  BYTEA    NOT NULL
);

-- A consent leaves a known person's row as it is: the number of their next event is found in
-- subject_events, so that a write changes one page less at a random place.
CREATE TABLE subjects (
    id                  BYTEA     PRIMARY KEY,
    wrapped_key         BYTEA     NOT NULL,
    key_epoch           INTEGER NOT NULL,
    objection           BIGINT,
    objection_profiling BIGINT,
    restricted          BIGINT,
    merged_into         BYTEA,
    created_at          BIGINT  NOT NULL
);

CREATE TABLE identifiers (
    blind      BYTEA      PRIMARY KEY,
    kind       SMALLINT NOT NULL,
    subject_id BYTEA      NOT NULL,
    sealed     BYTEA      NOT NULL
);
CREATE INDEX identifiers_of_subject ON identifiers (subject_id);

-- What the leaves about a person commit to, encrypted under the person's key. For a consent
-- record the columns in clear repeat what the state is derived from.
CREATE TABLE subject_events (
    position       BIGINT   PRIMARY KEY,
    subject_id     BYTEA      NOT NULL,
    counter        BIGINT   NOT NULL,
    kind           TEXT     NOT NULL,
    record_id      BYTEA      NOT NULL,
    purpose        TEXT,
    channel        TEXT,
    effective_at   BIGINT,
    valid_until    BIGINT,
    recorded_at    BIGINT   NOT NULL,
    notice_id      TEXT,
    notice_version INTEGER,
    source         TEXT,
    proof          BOOLEAN  NOT NULL,
    sealed         BYTEA      NOT NULL,
    UNIQUE (subject_id, counter)
);

-- The answer that holds now: the fold of the history, one row per person, purpose and channel.
CREATE TABLE consent_states (
    subject_id     BYTEA     NOT NULL,
    purpose        TEXT    NOT NULL,
    channel        TEXT    NOT NULL,
    status         TEXT    NOT NULL CHECK (status IN ('given', 'refused', 'withdrawn')),
    effective_at   BIGINT  NOT NULL,
    valid_until    BIGINT,
    notice_id      TEXT,
    notice_version INTEGER,
    source         TEXT    NOT NULL,
    proof          BOOLEAN NOT NULL,
    record_id      BYTEA     NOT NULL,
    position       BIGINT  NOT NULL,
    PRIMARY KEY (subject_id, purpose, channel)
);

-- Keyed hashes of contact points never to be used again. Survives erasure; no import lifts it.
CREATE TABLE suppressions (
    blind    BYTEA    PRIMARY KEY,
    reason   TEXT   NOT NULL,
    since    BIGINT NOT NULL,
    position BIGINT NOT NULL
);
CREATE INDEX suppressions_by_position ON suppressions (position);

-- Controllers, purposes and notices: every version that ever was in force.
CREATE TABLE catalogue_items (
    kind     TEXT    NOT NULL CHECK (kind IN ('controller', 'purpose', 'notice')),
    id       TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    since    BIGINT  NOT NULL,
    position BIGINT  NOT NULL,
    PRIMARY KEY (kind, id, version)
);

CREATE TABLE api_keys (
    id         BYTEA    PRIMARY KEY,
    name       TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    hash       BYTEA    NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    position   BIGINT NOT NULL
);

CREATE TABLE staff (
    id         BYTEA    PRIMARY KEY,
    login      TEXT   NOT NULL UNIQUE,
    role       TEXT   NOT NULL,
    password   TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE sessions (
    hash       BYTEA    PRIMARY KEY,
    staff_id   BYTEA    NOT NULL REFERENCES staff (id),
    csrf       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE links (
    hash       BYTEA    PRIMARY KEY,
    subject_id BYTEA    NOT NULL,
    contact    BYTEA    NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- What a write with an Idempotency-Key answered, so that a retry gets the same answer.
CREATE TABLE idempotency (
    key         BYTEA    PRIMARY KEY,
    fingerprint BYTEA    NOT NULL,
    answer      TEXT   NOT NULL,
    created_at  BIGINT NOT NULL
);

-- What others are to be told: one row per commit, the half-open range of its entries.
CREATE TABLE outbox (
    first_position BIGINT PRIMARY KEY,
    end_position   BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    delivered_at   BIGINT
);
