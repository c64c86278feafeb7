-- A lead that is offered is told of to several agents in one revision: whom a delivery is for is part of its name.

ALTER TABLE deliveries DROP CONSTRAINT deliveries_pkey;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_once UNIQUE NULLS NOT DISTINCT (lead_id, revision, channel, agent_id);
COMMENT ON COLUMN deliveries.agent_id IS 'Owner, or one of those whom the lead is offered to; null: the destination has no agents.';

ALTER TABLE delivery_receipts DROP CONSTRAINT delivery_receipts_lead_id_revision_channel_attempt_key;
ALTER TABLE delivery_receipts ADD CONSTRAINT delivery_receipts_once UNIQUE NULLS NOT DISTINCT (lead_id, revision, channel, agent_id, attempt);
