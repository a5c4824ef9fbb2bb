-- Legal holds: what keeps a person's data from being erased, on which ground and until which day. The rows
-- follow the person when records are merged, and go with them.
CREATE TABLE holds (
    position   BIGINT NOT NULL PRIMARY KEY,
    subject_id BYTEA   NOT NULL,
    ground     TEXT   NOT NULL,
    reference  TEXT   NOT NULL,
    placed_on  TEXT   NOT NULL,
    until_day  TEXT   NOT NULL,
    lifted_on  TEXT
);
CREATE INDEX holds_of_subject ON holds (subject_id);
