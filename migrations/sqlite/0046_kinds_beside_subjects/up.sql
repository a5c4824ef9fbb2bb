-- The rows lie in the order of the keyed hashes, which is no order: whoever reads the contact points of persons looked
-- each one up for its kind. The index says it as well.
CREATE INDEX identifiers_of_subject_kind ON identifiers (subject_id, kind);
DROP INDEX identifiers_of_subject;
