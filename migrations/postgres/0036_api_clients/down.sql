DROP TABLE key_uses;
ALTER TABLE api_keys DROP COLUMN public_key;
ALTER TABLE api_keys DROP COLUMN bounds;
ALTER TABLE api_keys DROP COLUMN expires_at;
