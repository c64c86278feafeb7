-- Leads given in the current hour of the clock, where something has an hourly cap; null elsewhere. Members' counts are in their ledger.
ALTER TABLE destinations ADD COLUMN hour_from timestamptz, ADD COLUMN hour_given integer;
ALTER TABLE pools ADD COLUMN hour_from timestamptz, ADD COLUMN hour_given integer;

-- Waiting makes up for a worse grade: the turn of a lead is when it began to wait, put off by so much for each grade. It never changes
-- while the lead waits, so the queue needs no sorting anew. Those who wait already get the eight hours a grade that are usual.
ALTER TABLE pool_waiters ADD COLUMN turn_at timestamptz;
UPDATE pool_waiters SET turn_at = waiting_since + rank * interval '8 hours';
ALTER TABLE pool_waiters ALTER COLUMN turn_at SET NOT NULL;
DROP INDEX pool_waiters_in_turn;
ALTER TABLE pool_waiters DROP COLUMN rank;
CREATE INDEX pool_waiters_in_turn ON pool_waiters (pool_id, turn_at, lead_id);
