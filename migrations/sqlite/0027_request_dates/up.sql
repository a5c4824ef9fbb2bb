-- The feeds of dates that staff subscribe their calendars to: one each, by the hash of its address.
CREATE TABLE date_feeds (
    staff_id   BLOB   NOT NULL PRIMARY KEY,
    hash       BLOB   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
-- Of which requests staff were told that their last day is near: once for each last day and each stage.
CREATE TABLE request_alarms (
    request_id BLOB NOT NULL,
    due_on     TEXT NOT NULL,
    stage      TEXT NOT NULL,
    PRIMARY KEY (request_id, due_on, stage)
) WITHOUT ROWID;
