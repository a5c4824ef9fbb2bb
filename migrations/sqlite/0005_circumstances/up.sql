-- What belongs to the person's act (whether it was clear, confirmed, by whom, one exact time…), and the
-- answer that waits for a confirmation. SQLite changes a CHECK only by making the table anew.
-- SQLite makes a table of its own for each list that a statement compares with: hence OR.
CREATE TABLE consent_states_new (
    subject_id     BLOB     NOT NULL,
    purpose        TEXT    NOT NULL,
    channel        TEXT    NOT NULL,
    status         TEXT    NOT NULL CHECK (
                       status = 'requested' OR status = 'given' OR status = 'refused' OR status = 'withdrawn'
                   ),
    effective_at   BIGINT  NOT NULL,
    valid_until    BIGINT,
    notice_id      TEXT,
    notice_version INTEGER,
    source         TEXT    NOT NULL,
    proof          BOOLEAN NOT NULL,
    clarity        TEXT,
    circumstances  TEXT,
    record_id      BLOB     NOT NULL,
    position       BIGINT  NOT NULL,
    PRIMARY KEY (subject_id, purpose, channel)
) WITHOUT ROWID;
INSERT INTO consent_states_new
    (subject_id, purpose, channel, status, effective_at, valid_until, notice_id, notice_version, source, proof, record_id, position)
    SELECT subject_id, purpose, channel, status, effective_at, valid_until, notice_id, notice_version, source, proof, record_id, position
    FROM consent_states;
DROP TABLE consent_states;
ALTER TABLE consent_states_new RENAME TO consent_states;
