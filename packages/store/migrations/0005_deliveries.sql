-- What is to be sent to the outside: one intent per assignment and channel.

CREATE TABLE deliveries (
  lead_id         uuid NOT NULL,
  revision        integer NOT NULL,
  channel         text NOT NULL,
  destination_id  text NOT NULL,
  pool_id         text,
  agent_id        text,
  payload         bytea NOT NULL,
  state           text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'DELIVERED', 'SUPERSEDED', 'GIVEN_UP')),
  attempts        integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL,
  leased_until    timestamptz,
  -- Raised by every lease: an outcome counts only under the lease that it was found out with.
  lease_token     integer NOT NULL DEFAULT 0,
  last_error      text,
  receipt         text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  finished_at     timestamptz,
  PRIMARY KEY (lead_id, revision, channel)
) WITH (fillfactor = 70);
CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE state = 'PENDING';
