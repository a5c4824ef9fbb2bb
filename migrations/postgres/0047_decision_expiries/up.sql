-- Which entries tell of decisions and lists whose time is over: that the period is announced ('kept'), up to which
-- entry blocks of decisions were taken out ('decisions'), up to which list everybody was taken off ('lists').
CREATE TABLE decision_expiries (
    position BIGINT NOT NULL PRIMARY KEY,
    what     TEXT   NOT NULL,
    through  BIGINT
);
