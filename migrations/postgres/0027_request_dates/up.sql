-- The feeds of dates that staff subscribe their calendars to: one each, by the hash of its address.
CREATE TABLE date_feeds (
    staff_id   BYTEA   NOT NULL PRIMARY KEY,
    hash       BYTEA   NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);
-- Of which requests staff were told that their last day is near: once for each last day and each stage.
CREATE TABLE request_alarms (
    request_id BYTEA NOT NULL,
    due_on     TEXT NOT NULL,
    stage      TEXT NOT NULL,
    PRIMARY KEY (request_id, due_on, stage)
);
