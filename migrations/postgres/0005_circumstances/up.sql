-- What belongs to the person's act (whether it was clear, confirmed, by whom, one exact time…), and the
-- answer that waits for a confirmation.
ALTER TABLE consent_states DROP CONSTRAINT consent_states_status_check;
ALTER TABLE consent_states ADD CONSTRAINT consent_states_status_check
    CHECK (status IN ('requested', 'given', 'refused', 'withdrawn'));
ALTER TABLE consent_states ADD COLUMN clarity TEXT;
ALTER TABLE consent_states ADD COLUMN circumstances TEXT;
