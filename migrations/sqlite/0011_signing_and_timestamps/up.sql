-- The entries about signing keys, in their order; with the seed of the key that the entry brings,
-- sealed with the registry's key. What the entries say is in the log alone.
CREATE TABLE signing_acts (
    number   INTEGER NOT NULL PRIMARY KEY,
    position BIGINT  NOT NULL UNIQUE,
    sealed   BLOB
);
-- What an authority said of the time of signed checkpoints (RFC 3161): the size, the authority's
-- address, its whole response, and the time in it in seconds since 1970.
CREATE TABLE timestamps (
    size       BIGINT NOT NULL,
    authority  TEXT   NOT NULL,
    response   BLOB  NOT NULL,
    stamped_at BIGINT NOT NULL,
    PRIMARY KEY (size, authority)
) WITHOUT ROWID;
