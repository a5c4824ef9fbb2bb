DROP TABLE agent_refusals;
