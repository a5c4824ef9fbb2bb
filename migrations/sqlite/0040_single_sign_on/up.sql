-- Which identity of the provider an account is opened by, as a keyed hash; and whether its role follows from the
-- provider's groups.
ALTER TABLE staff ADD COLUMN identity BLOB;
ALTER TABLE staff ADD COLUMN mapped BOOLEAN NOT NULL DEFAULT false;
CREATE UNIQUE INDEX staff_by_identity ON staff (identity);

-- Whether the provider let somebody in, whether it vouched for a second factor, and which of its own sessions it was.
ALTER TABLE sessions ADD COLUMN by_provider BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE sessions ADD COLUMN vouched BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE sessions ADD COLUMN provider_session BLOB;
CREATE INDEX sessions_by_provider ON sessions (provider_session);

-- Browsers that were sent to the provider, until they are back once or their time is over; proves is the session whose
-- owner is to prove who they are.
CREATE TABLE provider_asks (
    state      BLOB NOT NULL PRIMARY KEY,
    browser    BLOB NOT NULL,
    proves     BLOB,
    asked_at   BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX provider_asks_by_end ON provider_asks (expires_at);
