-- What people set by hand: who is away for a while, and which dead letters they sent back.

-- An agent's own word, beside the hours and the leave of the rule set. The latest one counts; nobody has said anything: no row.
CREATE TABLE agent_presence (
  agent_id   text COLLATE "C" PRIMARY KEY,
  is_away    boolean NOT NULL,
  -- When it ends by itself; null: not before somebody says so.
  away_until timestamptz CHECK (is_away OR away_until IS NULL),
  reason     text,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);

-- Dead letters that went back to where they came from: not sent a second time unless somebody wants it.
CREATE TABLE dead_letter_redrives (
  service       text NOT NULL,
  partition     integer NOT NULL,
  record_offset bigint NOT NULL,
  redriven_at   timestamptz NOT NULL DEFAULT now(),
  redriven_by   text NOT NULL,
  PRIMARY KEY (service, partition, record_offset)
);
