-- What the router locks, reads and writes in the one transaction of a batch.
-- Ids that are UUIDs are stored as such: half the bytes in row and index. Names of people's own making are text in collation "C",
-- so that the order of locks is the same here as in JavaScript.
-- A pool or destination that was inserted only to be locked has null where a written one has a value: it reads as absent.

CREATE TABLE router_partitions (
  partition   integer PRIMARY KEY,
  epoch       bigint NOT NULL DEFAULT 0,
  stored_from bigint,
  stored_to   bigint,
  stored_now  timestamptz,
  outputs     bytea,
  CHECK ((stored_from IS NULL) = (stored_to IS NULL)),
  CHECK ((stored_to IS NULL) = (stored_now IS NULL)),
  CHECK ((stored_to IS NULL) = (outputs IS NULL))
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 200);
-- Overwritten by every batch: compressing it would cost more than writing it.
ALTER TABLE router_partitions ALTER COLUMN outputs SET STORAGE EXTERNAL;

-- Which events have had their effect. Outlives every retention.
CREATE TABLE applied_events (
  event_id   uuid PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE leads (
  lead_id          uuid PRIMARY KEY,
  version          integer NOT NULL,
  revision         integer NOT NULL,
  stage            text NOT NULL CHECK (stage IN ('ASSIGNED', 'LINKED', 'WAITING', 'EXCEPTION', 'CLOSED')),
  vendor           text NOT NULL,
  grade            text NOT NULL,
  score            double precision NOT NULL,
  pool_id          text,
  agent_id         text,
  destination_id   text,
  rule_id          text,
  rule_set_version integer NOT NULL,
  linked_to        uuid,
  identities       text[] NOT NULL,
  former_agents    text[] NOT NULL,
  is_qualified     boolean NOT NULL,
  submitted_at     timestamptz NOT NULL,
  decided_at       timestamptz NOT NULL,
  accepted_at      timestamptz,
  responded_at     timestamptz,
  waiting_since    timestamptz,
  timer_generation integer NOT NULL,
  timer_kind       text,
  timer_due_at     timestamptz,
  -- Accept clocks that ran out; null for none.
  breaches         jsonb,
  -- The encoded LeadContext: what later revisions are computed from, personal values included.
  context          bytea,
  CHECK ((timer_kind IS NULL) = (timer_due_at IS NULL))
) WITH (fillfactor = 85);
-- Who needs a person's decision, oldest first. Rare, so it costs the others nothing.
CREATE INDEX leads_exceptions ON leads (decided_at) WHERE stage = 'EXCEPTION';

CREATE TABLE identities (
  identity        text COLLATE "C" PRIMARY KEY,
  lead_id         uuid,
  pool_id         text,
  agent_id        text,
  destination_id  text,
  last_agent_id   text,
  is_open         boolean NOT NULL,
  last_decided_at timestamptz
) WITH (fillfactor = 80);

CREATE TABLE destinations (
  destination_id text COLLATE "C" PRIMARY KEY,
  open           integer,
  daily          integer,
  day            text
) WITH (fillfactor = 10);

CREATE TABLE pools (
  pool_id         text COLLATE "C" PRIMARY KEY,
  generation      bigint,
  open            integer,
  daily           integer,
  day             text,
  waiting         integer,
  wake_pending    boolean,
  wake_at         timestamptz,
  wake_generation bigint,
  members         jsonb
) WITH (fillfactor = 10, toast_tuple_target = 8160);
-- The hottest rows there are: the ledger stays in the row.
ALTER TABLE pools ALTER COLUMN members SET STORAGE MAIN;

CREATE TABLE pool_waiters (
  pool_id         text COLLATE "C" NOT NULL,
  lead_id         uuid NOT NULL,
  rank            integer NOT NULL,
  waiting_since   timestamptz NOT NULL,
  seen_generation bigint NOT NULL,
  PRIMARY KEY (pool_id, lead_id)
) WITH (fillfactor = 70);
CREATE INDEX pool_waiters_in_turn ON pool_waiters (pool_id, rank, waiting_since, lead_id);

CREATE TABLE timers (
  timer_id     uuid PRIMARY KEY,
  kind         text NOT NULL CHECK (kind IN ('ACCEPT', 'WAIT_LIMIT', 'POOL_WAKE')),
  pool_id      text,
  due_at       timestamptz NOT NULL,
  generation   bigint NOT NULL,
  state        text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'FIRED')),
  leased_until timestamptz
) WITH (fillfactor = 85);
CREATE INDEX timers_due ON timers (due_at) WHERE state = 'PENDING';
