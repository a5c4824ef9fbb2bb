DROP TABLE erased_entries;
DROP TABLE erasures;
