-- Decisions and the batches they were made in, each month (UTC) a table of its own: old months go as a whole, in no time, and new rows are
-- written into indexes of one month, however long the history is (docs/adr/0022).

ALTER TABLE decisions RENAME TO decisions_before_months;
ALTER TABLE decision_batches RENAME TO decision_batches_before_months;
DROP INDEX decisions_by_time;

CREATE TABLE decisions (
  LIKE decisions_before_months INCLUDING CONSTRAINTS INCLUDING STORAGE
) PARTITION BY RANGE (decided_at);
CREATE TABLE decision_batches (
  LIKE decision_batches_before_months INCLUDING CONSTRAINTS INCLUDING STORAGE
) PARTITION BY RANGE (decided_at);
-- Finds the last minutes within a month, and costs next to nothing.
CREATE INDEX decisions_by_time ON decisions USING brin (decided_at) WITH (pages_per_range = 32, autosummarize = on);

-- For a row whose month was not made: no decision ever fails for want of a table. Empty, or there is an alarm.
CREATE TABLE decisions_default PARTITION OF decisions DEFAULT;
CREATE TABLE decision_batches_default PARTITION OF decision_batches DEFAULT;
-- Of the tables of a month, not of the whole: a key of the whole would have to hold the time, and be a third wider.
CREATE UNIQUE INDEX ON decisions_default (lead_id, revision);
CREATE UNIQUE INDEX ON decision_batches_default (batch_id);

-- Up to when whole months were dropped: one row once any was.
CREATE TABLE decision_retention (
  only_row   boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  kept_from  timestamptz NOT NULL,
  dropped_at timestamptz NOT NULL DEFAULT now()
);

-- Makes the tables of the month and takes in what the default ones hold of it; false: they were there. Batches under way are not disturbed, but for
-- those that write into the default tables: they wait, and lock the two in the same order.
CREATE FUNCTION ensure_decision_month(month timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
  first   timestamptz := date_trunc('month', month, 'UTC');
  next    timestamptz := date_trunc('month', first + interval '32 days', 'UTC');
  suffix  text := to_char(first AT TIME ZONE 'UTC', 'YYYY_MM');
  part    record;
BEGIN
  PERFORM pg_advisory_xact_lock(7281003);
  IF to_regclass('decisions_' || suffix) IS NOT NULL THEN
    RETURN false;
  END IF;
  FOR part IN SELECT * FROM (VALUES ('decisions', 'lead_id, revision'), ('decision_batches', 'batch_id')) AS p (parent, key) LOOP
    EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING CONSTRAINTS INCLUDING STORAGE)', part.parent || '_' || suffix, part.parent);
    EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', part.parent || '_default');
    EXECUTE format('WITH moved AS (DELETE FROM %I WHERE decided_at >= %L AND decided_at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                   part.parent || '_default', first, next, part.parent || '_' || suffix);
    EXECUTE format('CREATE UNIQUE INDEX ON %I (%s)', part.parent || '_' || suffix, part.key);
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part.parent, part.parent || '_' || suffix, first, next);
  END LOOP;
  RETURN true;
END;
$$;

-- What there is moves into its months; the next three are made as well.
SELECT ensure_decision_month(month)
  FROM (SELECT date_trunc('month', decided_at, 'UTC') AS month FROM decisions_before_months
        UNION SELECT date_trunc('month', decided_at, 'UTC') FROM decision_batches_before_months
        UNION SELECT date_trunc('month', now() + n * interval '1 month', 'UTC') FROM generate_series(0, 3) n) months
 ORDER BY month;
INSERT INTO decisions SELECT * FROM decisions_before_months;
INSERT INTO decision_batches SELECT * FROM decision_batches_before_months;
DROP TABLE decisions_before_months, decision_batches_before_months;
