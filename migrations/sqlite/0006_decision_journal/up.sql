-- Decisions that are durable and wait for a block that is worth a ledger entry. A row holds what
-- came together, sealed; its id is that of its first decision. Rows go in the transaction that
-- records their block.
CREATE TABLE decision_journal (
    id         BLOB   PRIMARY KEY,
    node       BIGINT NOT NULL,
    written_at BIGINT NOT NULL,
    sealed     BLOB   NOT NULL
) WITHOUT ROWID;
