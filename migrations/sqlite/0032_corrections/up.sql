-- A corrected contact point is asked for in the same way: which one it replaces (its keyed hash), and itself, sealed
-- under the person's key until it is theirs.
ALTER TABLE identity_challenges ADD COLUMN corrects BLOB;
ALTER TABLE identity_challenges ADD COLUMN kind SMALLINT;
ALTER TABLE identity_challenges ADD COLUMN sealed BLOB;
