-- Pauses and bounds that persons asked for, per purpose and channel: the last word of each, as its entry
-- recorded it or a merge made it, under whom the person's record is now.
CREATE TABLE paces (
    subject_id   BYTEA  NOT NULL,
    purpose      TEXT   NOT NULL,
    channel      TEXT   NOT NULL,
    paused_until BIGINT,
    at_most      TEXT CHECK (at_most IN ('one_a_week', 'two_a_month', 'one_a_month')),
    since        BIGINT NOT NULL,
    position     BIGINT NOT NULL,
    PRIMARY KEY (subject_id, purpose, channel)
);
