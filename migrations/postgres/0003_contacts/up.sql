-- Contacts with persons: what attempts, pressure and the person's own last contact are counted
-- from. Each row is what its entry recorded, under whom the person's record is now.
CREATE TABLE contacts (
    id         BYTEA    PRIMARY KEY,
    subject_id BYTEA    NOT NULL,
    at         BIGINT   NOT NULL,
    direction  TEXT     NOT NULL CHECK (direction IN ('to_person', 'from_person')),
    channel    TEXT     NOT NULL,
    purpose    TEXT,
    refused    BOOLEAN  NOT NULL,
    reserved   BOOLEAN  NOT NULL,
    released   BOOLEAN  NOT NULL,
    position   BIGINT   NOT NULL
);
CREATE INDEX contacts_of_subject ON contacts (subject_id, at);
