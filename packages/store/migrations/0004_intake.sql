-- Vendors, their keys and quotas, and what the gateway has accepted.

CREATE TABLE vendors (
  vendor     text COLLATE "C" PRIMARY KEY,
  name       text NOT NULL,
  zone       text NOT NULL,
  -- Most leads accepted a calendar day in that zone; null for no cap.
  daily_cap  integer CHECK (daily_cap >= 0),
  is_active  boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_keys (
  key_hash   bytea PRIMARY KEY,
  vendor     text NOT NULL REFERENCES vendors,
  label      text NOT NULL,
  scopes     text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX api_keys_of_vendor ON api_keys (vendor);

CREATE TABLE vendor_daily_counts (
  vendor       text NOT NULL,
  day          date NOT NULL,
  accepted     integer NOT NULL,
  -- What the latest request was granted: so that one statement can count and answer.
  last_granted integer NOT NULL,
  PRIMARY KEY (vendor, day)
) WITH (fillfactor = 20);

CREATE TABLE idempotency_keys (
  vendor          text NOT NULL,
  idempotency_key text NOT NULL,
  payload_digest  text NOT NULL,
  lead_ids        uuid[] NOT NULL,
  leased_until    timestamptz NOT NULL,
  answer          bytea,
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (vendor, idempotency_key)
) WITH (fillfactor = 70);

-- One row for each lead that was promised to a vendor (202) or read from its intake topic.
CREATE TABLE submissions (
  lead_id          uuid PRIMARY KEY,
  vendor           text NOT NULL,
  reference_digest text NOT NULL,
  content_digest   text NOT NULL,
  source           text NOT NULL,
  accepted_at      timestamptz NOT NULL
);
CREATE INDEX submissions_by_time ON submissions USING brin (accepted_at) WITH (pages_per_range = 32, autosummarize = on);
