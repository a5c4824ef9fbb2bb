-- Until when somebody signs in with an account, and for which brands and purposes it is (as JSON).
ALTER TABLE staff ADD COLUMN expires_at BIGINT;
ALTER TABLE staff ADD COLUMN bounds TEXT NOT NULL DEFAULT '{}';
