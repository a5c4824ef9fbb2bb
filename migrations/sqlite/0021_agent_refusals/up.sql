-- What an agent tried to write down and the registry did not take, for the agent's own eyes on that day.
-- Nothing in it names the customer.
CREATE TABLE agent_refusals (
    id       BLOB   PRIMARY KEY,
    staff_id BLOB   NOT NULL,
    at       BIGINT NOT NULL,
    field    TEXT   NOT NULL,
    reason   TEXT   NOT NULL
) WITHOUT ROWID;
CREATE INDEX agent_refusals_of_staff ON agent_refusals (staff_id, at);
