-- What witnesses said of signed checkpoints: the size, the witness's key (a C2SP vkey), its line in
-- the note, and its instant in seconds since 1970.
CREATE TABLE cosignatures (
    size        BIGINT NOT NULL,
    witness     TEXT   NOT NULL,
    line        TEXT   NOT NULL,
    cosigned_at BIGINT NOT NULL,
    PRIMARY KEY (size, witness)
);
CREATE INDEX cosignatures_of ON cosignatures (witness, size);
