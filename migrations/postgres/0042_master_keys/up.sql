-- Under which master keys the root of the registry is wrapped, and since which entry each opens it. What was there
-- before is written down by the next start: it has the key.
CREATE TABLE master_keys (
    id      BYTEA  NOT NULL PRIMARY KEY,
    wrapped BYTEA  NOT NULL,
    since   BIGINT NOT NULL
);
-- What running nodes say while more than one master key opens: by which each would start again.
CREATE TABLE master_answers (
    node BIGINT NOT NULL PRIMARY KEY,
    name TEXT   NOT NULL,
    id   BYTEA
);
