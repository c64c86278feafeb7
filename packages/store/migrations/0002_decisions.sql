-- What was decided, for ever: one row a lead and revision, and the batch that it can be recomputed from.

CREATE TABLE decision_batches (
  batch_id         text COLLATE "C" PRIMARY KEY,
  partition        integer NOT NULL,
  epoch            bigint NOT NULL,
  from_offset      bigint NOT NULL,
  to_offset        bigint NOT NULL,
  rule_set_version integer NOT NULL,
  decided_at       timestamptz NOT NULL,
  seed             bigint NOT NULL,
  body             bytea NOT NULL
);
-- The body comes compressed.
ALTER TABLE decision_batches ALTER COLUMN body SET STORAGE EXTERNAL;

CREATE TABLE decisions (
  lead_id           uuid NOT NULL,
  revision          integer NOT NULL,
  batch_id          text NOT NULL,
  input_index       integer NOT NULL,
  event_id          uuid NOT NULL,
  kind              text NOT NULL CHECK (kind IN ('ASSIGNED', 'LINKED', 'QUEUED', 'EXCEPTION')),
  cause             text NOT NULL,
  version           integer NOT NULL,
  grade             text NOT NULL,
  score             double precision NOT NULL,
  pool_id           text,
  agent_id          text,
  destination_id    text,
  rule_id           text,
  rule_set_version  integer NOT NULL,
  linked_to         uuid,
  previous_agent_id text,
  accept_by         timestamptz,
  submitted_at      timestamptz NOT NULL,
  decided_at        timestamptz NOT NULL,
  PRIMARY KEY (lead_id, revision)
);
-- Rows arrive in the order of time: a block range index finds the last minutes and costs next to nothing.
CREATE INDEX decisions_by_time ON decisions USING brin (decided_at) WITH (pages_per_range = 32, autosummarize = on);
