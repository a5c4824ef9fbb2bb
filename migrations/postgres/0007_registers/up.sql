-- Opt-out registers: of each the list that was loaded last. A load replaces it as a whole.
CREATE TABLE registers (
    name        TEXT     PRIMARY KEY,
    issued_on   TEXT     NOT NULL,
    complete    BOOLEAN  NOT NULL,
    kinds       SMALLINT NOT NULL,
    entries     BIGINT   NOT NULL,
    file_sha256 TEXT     NOT NULL,
    list_sha256 TEXT     NOT NULL,
    loaded_at   BIGINT   NOT NULL,
    position    BIGINT   NOT NULL
);
-- Who is entered: keyed hashes in their order, cut short, each with the day since which. A block is
-- found by its first hash.
CREATE TABLE register_blocks (
    register TEXT NOT NULL,
    first    BYTEA NOT NULL,
    packed   BYTEA NOT NULL,
    PRIMARY KEY (register, first)
);
