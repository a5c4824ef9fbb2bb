-- Records of persons who were erased (GDPR art. 17), by an id that leads nowhere any more: other nodes
-- forget whom they held in memory, and a repeated request is answered as the first was.
CREATE TABLE erasures (
    subject_id BYTEA   PRIMARY KEY NOT NULL,
    position   BIGINT NOT NULL
);
CREATE INDEX erasures_by_position ON erasures (position);
-- Entries whose payload was erased, in no relation to whose they were.
CREATE TABLE erased_entries (
    position BIGINT PRIMARY KEY NOT NULL
);
