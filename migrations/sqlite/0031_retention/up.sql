-- What was done about retention: the entries that tell it. Of each day one run begins.
CREATE TABLE retention_acts (
    position BIGINT NOT NULL PRIMARY KEY,
    run_on   TEXT UNIQUE
);
