-- Exports that are made in the background: what was asked, how far it is, and on which node the file
-- lies. What an export shows is in its file, which goes after a while; that it was made and fetched is in
-- the log.
CREATE TABLE background_exports (
    id       BLOB    PRIMARY KEY NOT NULL,
    node     TEXT    NOT NULL,
    asked_by TEXT    NOT NULL,
    asked_at BIGINT  NOT NULL,
    wanted   TEXT    NOT NULL,
    attempts INTEGER NOT NULL,
    state    TEXT    NOT NULL,
    changed_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX background_exports_by_time ON background_exports (asked_at);
