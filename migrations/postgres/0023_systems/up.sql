-- The systems that hold data about customers, as they were registered last, and what they have to do for
-- requests. What they are asked by and what they found is sealed under a key of the request.
CREATE TABLE systems (
    id       TEXT   PRIMARY KEY NOT NULL,
    body     TEXT   NOT NULL,
    position BIGINT NOT NULL
);
CREATE TABLE case_keys (
    id      BYTEA PRIMARY KEY NOT NULL,
    wrapped BYTEA NOT NULL
);
-- due_at: when it is somebody's turn; while one node works on it, until when nobody else may
CREATE TABLE system_tasks (
    id         BYTEA   PRIMARY KEY NOT NULL,
    case_id    BYTEA   NOT NULL,
    system     TEXT    NOT NULL,
    verb       TEXT    NOT NULL,
    place      INTEGER NOT NULL,
    progress   TEXT    NOT NULL,
    sealed     BYTEA   NOT NULL,
    due_at     BIGINT  NOT NULL,
    version    BIGINT  NOT NULL,
    changed_at BIGINT  NOT NULL
);
CREATE UNIQUE INDEX system_tasks_once ON system_tasks (case_id, system, verb);
CREATE INDEX system_tasks_due ON system_tasks (due_at);
