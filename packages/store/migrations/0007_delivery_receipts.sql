-- What the end of an attempt to deliver leaves behind, and who has been told of which person before.

-- A lead is answered once, whatever becomes of it later.
CREATE UNIQUE INDEX deliveries_reply_once ON deliveries (lead_id) WHERE channel = 'reply';

-- Receipts on their way to Kafka: written by the statement that ends an attempt, gone once Kafka has them. So no crash loses one.
CREATE TABLE delivery_receipts (
  receipt_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lead_id        uuid NOT NULL,
  revision       integer NOT NULL,
  channel        text NOT NULL,
  destination_id text NOT NULL,
  agent_id       text,
  attempt        integer NOT NULL,
  outcome        text NOT NULL CHECK (outcome IN ('DELIVERED', 'RETRYING', 'UNDELIVERABLE', 'SUPERSEDED')),
  status         integer,
  error_code     text,
  duration_ms    integer NOT NULL,
  ended_at       timestamptz NOT NULL,
  leased_until   timestamptz,
  UNIQUE (lead_id, revision, channel, attempt)
) WITH (fillfactor = 70);

-- Which leads of a person somebody has been told of, so that the next one can say how they ended.
-- Identities are keyed hashes, as in the table of that name.
CREATE TABLE told_leads (
  identity text COLLATE "C" NOT NULL,
  lead_id  uuid NOT NULL,
  PRIMARY KEY (identity, lead_id)
);
