-- Activities that came before their lead: kept as they came, applied in the batch that decides the lead, and gone with it.

CREATE TABLE early_activities (
  lead_id     uuid NOT NULL,
  event_id    uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  kept_at     timestamptz NOT NULL,
  value       bytea NOT NULL,
  PRIMARY KEY (lead_id, event_id)
) WITH (fillfactor = 70);
COMMENT ON COLUMN early_activities.value IS 'The record of the inbox, byte for byte: personal values included where it has any.';
-- Almost always empty or nearly so: each batch that decides new leads looks here for theirs.
ALTER TABLE early_activities SET (autovacuum_vacuum_threshold = 500, autovacuum_analyze_threshold = 500);
