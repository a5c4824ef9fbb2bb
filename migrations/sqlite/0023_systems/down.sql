DROP TABLE system_tasks;
DROP TABLE case_keys;
DROP TABLE systems;
