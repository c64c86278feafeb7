-- Leads that are offered to several agents, the first of whom to accept has it (docs/adr/0029).

ALTER TABLE leads ADD COLUMN offer jsonb;
COMMENT ON COLUMN leads.offer IS 'Round, whom it is offered to, who has declined, who let a round pass, end of the round; null: it is not OFFERED.';
ALTER TABLE leads DROP CONSTRAINT leads_stage_check;
ALTER TABLE leads ADD CONSTRAINT leads_stage_check CHECK (stage IN ('ASSIGNED', 'OFFERED', 'LINKED', 'WAITING', 'EXCEPTION', 'CLOSED'));
ALTER TABLE leads ADD CONSTRAINT leads_offer_check CHECK ((stage = 'OFFERED') = (offer IS NOT NULL));

ALTER TABLE pools ADD COLUMN offered integer;
COMMENT ON COLUMN pools.offered IS 'Leads of open that are offered and nobody''s yet; null for none.';

ALTER TABLE decisions DROP CONSTRAINT decisions_kind_check;
ALTER TABLE decisions ADD CONSTRAINT decisions_kind_check CHECK (kind IN ('ASSIGNED', 'OFFERED', 'LINKED', 'QUEUED', 'EXCEPTION'));

ALTER TABLE timers DROP CONSTRAINT timers_kind_check;
ALTER TABLE timers ADD CONSTRAINT timers_kind_check
  CHECK (kind IN ('ACCEPT', 'ACCEPT_WARNING', 'RESPONSE', 'RESPONSE_WARNING', 'OFFER', 'WAIT_LIMIT', 'POOL_WAKE'));
