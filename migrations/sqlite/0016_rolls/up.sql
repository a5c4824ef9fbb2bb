-- Who was on lists that were filtered. The position is that of the entry that ended the list.
CREATE TABLE rolls (
    position BIGINT PRIMARY KEY NOT NULL
);
-- Some persons each, by the numbers that they have, sealed as decisions are. `first` is the number at
-- which a sheet began.
CREATE TABLE roll_sheets (
    position BIGINT NOT NULL,
    first    BIGINT NOT NULL,
    sealed   BLOB   NOT NULL,
    PRIMARY KEY (position, first)
);
-- Sheets out of which somebody was taken who was erased: the hash that the list's entry has of it, and
-- the hash of what is there now.
CREATE TABLE roll_erasures (
    position BIGINT NOT NULL,
    first    BIGINT NOT NULL,
    was      BLOB   NOT NULL,
    held     BLOB   NOT NULL,
    PRIMARY KEY (position, first)
);
