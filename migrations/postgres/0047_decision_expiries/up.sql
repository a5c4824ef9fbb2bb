-- Which entries tell of decisions whose time is over: up to which entry their blocks were taken out; nothing where
-- the period is only announced.
CREATE TABLE decision_expiries (
    position BIGINT NOT NULL PRIMARY KEY,
    through  BIGINT
);
