DROP TABLE request_alarms;
DROP TABLE date_feeds;
