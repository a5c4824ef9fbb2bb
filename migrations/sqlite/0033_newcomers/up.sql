-- The address of somebody who asks by a shop's code, sealed: who is not known yet is written to there, once it is
-- known that they are not. It goes when the mail is written, or with the wish's ten minutes.
ALTER TABLE sign_ins ADD COLUMN address BLOB;
