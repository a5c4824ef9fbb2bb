ALTER TABLE identity_challenges DROP COLUMN sealed;
ALTER TABLE identity_challenges DROP COLUMN kind;
ALTER TABLE identity_challenges DROP COLUMN corrects;
