-- When somebody signed in last with an account. Of accounts of before it is known as far as a session of theirs is.
ALTER TABLE staff ADD COLUMN signed_in_at BIGINT;
UPDATE staff SET signed_in_at = (SELECT MAX(created_at) FROM sessions WHERE staff_id = staff.id AND whole);
