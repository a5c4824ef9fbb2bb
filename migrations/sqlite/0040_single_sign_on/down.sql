DROP TABLE provider_asks;
DROP INDEX sessions_by_provider;
ALTER TABLE sessions DROP COLUMN provider_session;
ALTER TABLE sessions DROP COLUMN vouched;
ALTER TABLE sessions DROP COLUMN by_provider;
DROP INDEX staff_by_identity;
ALTER TABLE staff DROP COLUMN mapped;
ALTER TABLE staff DROP COLUMN identity;
