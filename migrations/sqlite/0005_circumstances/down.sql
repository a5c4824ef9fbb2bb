CREATE TABLE consent_states_old (
    subject_id     BLOB     NOT NULL,
    purpose        TEXT    NOT NULL,
    channel        TEXT    NOT NULL,
    status         TEXT    NOT NULL CHECK (status IN ('given', 'refused', 'withdrawn')),
    effective_at   BIGINT  NOT NULL,
    valid_until    BIGINT,
    notice_id      TEXT,
    notice_version INTEGER,
    source         TEXT    NOT NULL,
    proof          BOOLEAN NOT NULL,
    record_id      BLOB     NOT NULL,
    position       BIGINT  NOT NULL,
    PRIMARY KEY (subject_id, purpose, channel)
) WITHOUT ROWID;
INSERT INTO consent_states_old
    SELECT subject_id, purpose, channel, status, effective_at, valid_until, notice_id, notice_version, source, proof, record_id, position
    FROM consent_states WHERE status <> 'requested';
DROP TABLE consent_states;
ALTER TABLE consent_states_old RENAME TO consent_states;
