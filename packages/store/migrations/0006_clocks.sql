-- Several clocks per lead. timers has the one that is due first, as before; those that run behind it stand with the lead.

ALTER TABLE leads ADD COLUMN later_timers jsonb;
COMMENT ON COLUMN leads.later_timers IS 'Clocks behind timer_kind, earliest first; null for none.';

ALTER TABLE timers DROP CONSTRAINT timers_kind_check;
ALTER TABLE timers ADD CONSTRAINT timers_kind_check
  CHECK (kind IN ('ACCEPT', 'ACCEPT_WARNING', 'RESPONSE', 'RESPONSE_WARNING', 'WAIT_LIMIT', 'POOL_WAKE'));
