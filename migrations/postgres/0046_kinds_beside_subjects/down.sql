COMMENT ON INDEX identifiers_of_subject IS NULL;
