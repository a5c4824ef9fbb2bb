DROP INDEX subjects_merged_into;
DROP TABLE decision_chunks;
DROP TABLE decision_runs;
DROP TABLE decision_texts;
DROP TABLE decision_campaigns;
DROP TABLE decision_blocks;
