-- Packages of what is held about one person, for that person: asked for, made, waiting to be fetched. What
-- is in one is sealed, part by part, under a key of its own; that key is sealed under the person's, and goes
-- when the package's time is over or the person is erased.
CREATE TABLE packages (
    id         BYTEA   PRIMARY KEY NOT NULL,
    subject_id BYTEA   NOT NULL,
    request_id BYTEA,
    language   TEXT    NOT NULL,
    asked_by   TEXT    NOT NULL,
    asked_at   BIGINT  NOT NULL,
    stage      TEXT    NOT NULL,
    attempts   INTEGER NOT NULL,
    changed_at BIGINT  NOT NULL,
    expires_at BIGINT,
    sealed_key BYTEA,
    about      TEXT,
    downloads  INTEGER NOT NULL
);
CREATE INDEX packages_of_subject ON packages (subject_id);
CREATE INDEX packages_by_stage ON packages (stage, changed_at);
CREATE TABLE package_parts (
    package_id BYTEA   NOT NULL,
    attempt    INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    subject_id BYTEA   NOT NULL,
    sealed     BYTEA   NOT NULL,
    PRIMARY KEY (package_id, attempt, number)
);
CREATE INDEX package_parts_of_subject ON package_parts (subject_id);
