-- Which entries tell of an import, so that the page of them does not go through the whole log.
CREATE TABLE imports (
    position BIGINT NOT NULL PRIMARY KEY
);
-- The kind of an entry stands in its leaf, which is RFC 8785 JSON: without white space.
INSERT INTO imports (position)
    SELECT position FROM ledger WHERE leaf LIKE '%"t":"import.made"%';
