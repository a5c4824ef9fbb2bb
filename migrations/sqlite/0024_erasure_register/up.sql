-- The files of the register outside the database, and how far this database has taken in what each says:
-- moved in the transaction that writes what the block tells. A restored copy is behind, and so knows it.
CREATE TABLE erasure_register (
    id     TEXT   NOT NULL PRIMARY KEY,
    node   TEXT   NOT NULL,
    blocks BIGINT NOT NULL,
    head   BLOB   NOT NULL
) WITHOUT ROWID;
