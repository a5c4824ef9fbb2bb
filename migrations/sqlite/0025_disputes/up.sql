-- "This was not me": one row for each time that somebody said so, with what came of it. What is disputed
-- stands in the sealed entry; the rows go with the person.
CREATE TABLE disputes (
    position   BIGINT NOT NULL PRIMARY KEY,
    subject_id BLOB   NOT NULL,
    made_at    BIGINT NOT NULL,
    closed_at  BIGINT,
    outcome    TEXT
);
CREATE INDEX disputes_of_subject ON disputes (subject_id);
CREATE INDEX disputes_open ON disputes (closed_at, position);
INSERT INTO disputes (position, subject_id, made_at)
    SELECT position, subject_id, recorded_at FROM subject_events WHERE kind = 'dispute.made';
