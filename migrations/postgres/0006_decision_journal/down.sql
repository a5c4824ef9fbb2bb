DROP TABLE decision_journal;
