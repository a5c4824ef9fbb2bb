DELETE FROM consent_states WHERE status = 'requested';
ALTER TABLE consent_states DROP COLUMN circumstances;
ALTER TABLE consent_states DROP COLUMN clarity;
ALTER TABLE consent_states DROP CONSTRAINT consent_states_status_check;
ALTER TABLE consent_states ADD CONSTRAINT consent_states_status_check
    CHECK (status IN ('given', 'refused', 'withdrawn'));
