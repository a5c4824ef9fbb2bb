-- Recorded decisions. One row holds all decisions of a block, sealed; nothing is written for each.
-- Instants are milliseconds since 1970, as in the decisions' ids.
CREATE TABLE decision_blocks (
    position  BIGINT  PRIMARY KEY,
    first_at  BIGINT  NOT NULL,
    last_at   BIGINT  NOT NULL,
    decisions INTEGER NOT NULL,
    sealed    BYTEA   NOT NULL
);
-- A decision's id says when it was made: the blocks of that millisecond are few.
CREATE INDEX decision_blocks_by_time ON decision_blocks (last_at, first_at);

-- Which blocks hold decisions of a campaign, by the keyed hash of its name.
CREATE TABLE decision_campaigns (
    campaign BYTEA  NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (campaign, position)
);

-- What decisions share and name by its hash: outcomes in words, shapes of facts.
CREATE TABLE decision_texts (
    hash BYTEA PRIMARY KEY,
    text TEXT NOT NULL
);

-- Which blocks hold decisions about a person: sorted runs of a few bytes a decision, merged by
-- powers. A run of level 0 is one block, and its people stand in the row; the others have chunks.
-- The state is 0 while a run is made, 1 when it counts.
CREATE TABLE decision_runs (
    level   SMALLINT NOT NULL,
    first   BIGINT   NOT NULL,
    last    BIGINT   NOT NULL,
    state   SMALLINT NOT NULL,
    builder BIGINT   NOT NULL,
    people  BYTEA    NOT NULL,
    PRIMARY KEY (level, first)
);
CREATE TABLE decision_chunks (
    level   SMALLINT NOT NULL,
    first   BIGINT   NOT NULL,
    print   BIGINT   NOT NULL,
    entries BYTEA    NOT NULL,
    PRIMARY KEY (level, first, print)
);

-- Whose record was merged into whose: few rows, asked for with every history.
CREATE INDEX subjects_merged_into ON subjects (merged_into) WHERE merged_into IS NOT NULL;
