-- Published rule sets, which one is active, and which instance has compiled what.

CREATE TABLE rule_sets (
  version      integer PRIMARY KEY,
  name         text NOT NULL,
  digest       text NOT NULL,
  source       text NOT NULL,
  tables       jsonb NOT NULL,
  published_at timestamptz NOT NULL DEFAULT now(),
  published_by text NOT NULL
);

-- One row. Changed only under the exclusive advisory lock, read under the shared one.
CREATE TABLE rule_set_activation (
  only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  version      integer REFERENCES rule_sets,
  activated_at timestamptz,
  activated_by text
);
INSERT INTO rule_set_activation (version) VALUES (NULL);

-- Who made which version the active one, and when.
CREATE TABLE rule_set_activation_log (
  activation_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version          integer NOT NULL REFERENCES rule_sets,
  previous_version integer,
  activated_at     timestamptz NOT NULL DEFAULT now(),
  activated_by     text NOT NULL,
  reason           text
);

CREATE TABLE service_instances (
  instance_id      text PRIMARY KEY,
  service          text NOT NULL,
  address          text,
  started_at       timestamptz NOT NULL DEFAULT now(),
  heartbeat_at     timestamptz NOT NULL DEFAULT now(),
  compiled_version integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
