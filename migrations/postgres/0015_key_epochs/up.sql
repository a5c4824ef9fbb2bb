-- Key epochs: under which number persons' keys are wrapped, by which value the epoch's file is known,
-- and the entries by which it began and by which it was destroyed. One that has not begun is prepared:
-- its file is brought to every node first. Number 1 has no file: it is made of the master key.
CREATE TABLE key_epochs (
    number    INTEGER NOT NULL PRIMARY KEY,
    self_test BYTEA,
    begun     BIGINT,
    destroyed BIGINT
);
-- What running nodes say of a prepared epoch: whether they hold its file.
CREATE TABLE key_answers (
    epoch INTEGER NOT NULL,
    node  BIGINT  NOT NULL,
    name  TEXT    NOT NULL,
    holds BOOLEAN NOT NULL,
    PRIMARY KEY (epoch, node)
);
-- The epoch of new persons.
ALTER TABLE registry ADD COLUMN key_epoch INTEGER NOT NULL DEFAULT 1;
INSERT INTO key_epochs (number, begun) SELECT 1, 0 FROM registry;
