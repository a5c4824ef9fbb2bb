DROP TABLE guesses;
DROP TABLE recovery_codes;
DROP TABLE sessions;
CREATE TABLE sessions (
    hash       BLOB    PRIMARY KEY,
    staff_id   BLOB    NOT NULL REFERENCES staff (id),
    csrf       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
ALTER TABLE staff DROP COLUMN disabled_at;
ALTER TABLE staff DROP COLUMN factor_step;
ALTER TABLE staff DROP COLUMN factor;
