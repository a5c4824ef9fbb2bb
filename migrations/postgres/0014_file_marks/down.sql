ALTER TABLE registers RENAME COLUMN file_mark TO file_sha256;
