-- When somebody signed in last with an account. Of accounts of before it is known as far as a session of theirs is.
ALTER TABLE staff ADD COLUMN signed_in_at BIGINT;
UPDATE staff SET signed_in_at = (SELECT MAX(created_at) FROM sessions WHERE staff_id = staff.id AND whole);

-- That a member of staff looked at unusually many persons' files: when the look came that was one too many, why, how
-- many persons it were, and whether somebody was told.
CREATE TABLE view_alarms (
    staff_id BYTEA    NOT NULL REFERENCES staff (id),
    at       BIGINT  NOT NULL,
    why      TEXT    NOT NULL,
    persons  BIGINT  NOT NULL,
    told     BOOLEAN NOT NULL,
    PRIMARY KEY (staff_id, at)
);
