-- Versions of the policies, by the digest of their files. What was once in force is kept: decisions
-- name it. A version's state: draft, active, retired.
CREATE TABLE policy_versions (
    digest      TEXT   PRIMARY KEY,
    -- a JSON list of [path, text], sorted by path; the digest is over these
    files       TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    -- shipped: with the program or its directory; published: by two persons
    origin      TEXT   NOT NULL,
    why         TEXT   NOT NULL,
    proposed_by TEXT   NOT NULL,
    proposed_at BIGINT NOT NULL,
    -- the signed note, once the version came into force
    note        TEXT,
    -- the entry that brought it into its state
    position    BIGINT NOT NULL
);

-- One more than the position of the last activation, so that a follower sees it by one comparison.
ALTER TABLE registry ADD COLUMN policy_at BIGINT NOT NULL DEFAULT 0;
