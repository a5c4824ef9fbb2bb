-- On SQLite another index takes this one's place (identifiers_of_subject_kind): rows lie in the order of the keyed hashes
-- there, and here in the order in which persons came.
COMMENT ON INDEX identifiers_of_subject IS 'leads to rows that lie together';
