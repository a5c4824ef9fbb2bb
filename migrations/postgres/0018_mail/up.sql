-- Mails that are to go out, each written in the transaction that caused it. Address and text are sealed
-- under the person's key; of a mail that went out they are deleted.
CREATE TABLE mails (
    id         BYTEA   PRIMARY KEY NOT NULL,
    subject_id BYTEA   NOT NULL,
    kind       TEXT    NOT NULL,
    sealed     BYTEA   NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('waiting', 'sent', 'dead')),
    attempts   INTEGER NOT NULL,
    next_at    BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    failure    TEXT
);
CREATE INDEX mails_by_turn ON mails (state, next_at);
CREATE INDEX mails_of_subject ON mails (subject_id);

-- Consents that wait for the person's confirmation (double opt-in), by the hash of the link in their mail.
-- `items`: for which purposes and channels, and which consent record asked.
CREATE TABLE confirmations (
    hash         BYTEA   PRIMARY KEY NOT NULL,
    subject_id   BYTEA   NOT NULL,
    contact      BYTEA   NOT NULL,
    items        TEXT    NOT NULL,
    code         BYTEA   NOT NULL,
    attempts     INTEGER NOT NULL,
    created_at   BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL,
    replaced     BOOLEAN NOT NULL,
    confirmed_at BIGINT
);
CREATE INDEX confirmations_of_subject ON confirmations (subject_id);

-- Customers who asked to sign in, by the hash of the asking browser's cookie. Known and unknown addresses
-- have a row alike; link and code are made when the mail is written, which only the known get.
CREATE TABLE sign_ins (
    browser    BYTEA   PRIMARY KEY NOT NULL,
    contact    BYTEA   NOT NULL,
    client     BYTEA   NOT NULL,
    language   TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    looked_at  BIGINT,
    subject_id BYTEA,
    token      BYTEA,
    code       BYTEA,
    attempts   INTEGER NOT NULL,
    used_at    BIGINT
);
CREATE INDEX sign_ins_of_contact ON sign_ins (contact, created_at);
CREATE INDEX sign_ins_of_client ON sign_ins (client, created_at);
CREATE INDEX sign_ins_by_token ON sign_ins (token);

CREATE TABLE customer_sessions (
    hash       BYTEA  PRIMARY KEY NOT NULL,
    subject_id BYTEA  NOT NULL,
    contact    BYTEA  NOT NULL,
    csrf       TEXT   NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX customer_sessions_of_subject ON customer_sessions (subject_id);

-- What a link opens: the choices, or the stop alone.
ALTER TABLE links ADD COLUMN power TEXT NOT NULL DEFAULT 'choices' CHECK (power IN ('choices', 'stop'));
