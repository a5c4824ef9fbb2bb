ALTER TABLE registry DROP COLUMN policy_at;
DROP TABLE policy_versions;
