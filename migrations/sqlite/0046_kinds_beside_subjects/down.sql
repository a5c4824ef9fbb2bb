CREATE INDEX identifiers_of_subject ON identifiers (subject_id);
DROP INDEX identifiers_of_subject_kind;
