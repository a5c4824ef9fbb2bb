-- Requests of data subjects, as their entries about nobody fold. Whose a request is, and which of the same
-- person it repeats, goes with the person; number, kind, dates and outcome stay.
CREATE TABLE requests (
    id           BLOB    NOT NULL PRIMARY KEY,
    subject_id   BLOB,
    duplicate_of BLOB,
    kind         TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    is_open      BOOLEAN NOT NULL,
    due_on       TEXT,
    owner        BLOB,
    version      BIGINT  NOT NULL,
    facts        TEXT    NOT NULL,
    received     BIGINT  NOT NULL,
    position     BIGINT  NOT NULL
) WITHOUT ROWID;
CREATE INDEX requests_of_subject ON requests (subject_id);
CREATE INDEX requests_open ON requests (is_open, due_on);
CREATE INDEX requests_received ON requests (received);
