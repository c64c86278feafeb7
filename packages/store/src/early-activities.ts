/**
 * Activities that came before their lead, as rows: read by the statement that looks for leads anyway, written only by batches that bring
 * or take some. All of a lead's rows are its partition's, whose batches follow one another: nobody else reads or writes them, but for whoever
 * deletes those that are too old.
 */
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import { runAnalytic } from './analytic-query.ts';
import { type Column, encodeColumns, numberColumn, textColumn } from './column-encoding.ts';
import type { PostgresPool } from './postgres-pool.ts';
import type { SqlTransaction } from './sql-transaction.ts';
import { statement } from './statement.ts';

export interface EarlyActivity {
  readonly leadId: LeadId;
  readonly eventId: EventId;
  readonly occurredAt: number;
  /** The record's value, byte for byte. */
  readonly value: Buffer;
}

/** What a batch does to them. */
export interface EarlyWrites {
  /** Their lead is not known yet. */
  readonly kept: readonly EarlyActivity[];
  /** Their lead has come: applied with it. */
  readonly taken: readonly Pick<EarlyActivity, 'leadId' | 'eventId'>[];
}

/** Kept, because their lead has not come. Some never does: a reference mistyped, a lead refused at the door. */
export interface EarlyFigures {
  readonly activities: number;
  readonly leads: number;
  /** When the oldest one came, milliseconds; null: there is none. */
  readonly oldestKeptAt: number | null;
}

type KeptRow = EarlyActivity & { readonly keptAt: number };

const KEEP = statement(
  'early-activities-keep',
  `INSERT INTO early_activities (lead_id, event_id, occurred_at, kept_at, value)
   SELECT r.lead_id, r.event_id, to_timestamp(r.occurred_at / 1000), to_timestamp(r.kept_at / 1000), r.value
     FROM unnest($1::uuid[], $2::uuid[], $3::float8[], $4::float8[], $5::bytea[]) AS r (lead_id, event_id, occurred_at, kept_at, value)
   ON CONFLICT (lead_id, event_id) DO NOTHING`,
);

const TAKE = statement(
  'early-activities-take',
  `DELETE FROM early_activities e USING unnest($1::uuid[], $2::uuid[]) AS r (lead_id, event_id)
    WHERE e.lead_id = r.lead_id AND e.event_id = r.event_id`,
);

/** A row that a batch is just taking is the batch's. */
const FORGET = statement(
  'early-activities-forget',
  `WITH old AS MATERIALIZED (
     SELECT lead_id, event_id FROM early_activities WHERE kept_at < to_timestamp($1::float8 / 1000) FOR UPDATE SKIP LOCKED),
   gone AS (
     DELETE FROM early_activities e USING old WHERE e.lead_id = old.lead_id AND e.event_id = old.event_id RETURNING 1)
   SELECT count(*) AS forgotten FROM gone`,
);

export const NO_EARLY: EarlyFigures = { activities: 0, leads: 0, oldestKeptAt: null };

export const EARLY_COUNT = statement(
  'early-activities-count',
  `SELECT count(*) AS activities, count(DISTINCT lead_id) AS leads, min(kept_at) AS "oldestKeptAt" FROM early_activities`,
);

const TAKEN_COLUMNS: readonly Column<EarlyWrites['taken'][number]>[] = [
  textColumn(({ leadId }) => leadId),
  textColumn(({ eventId }) => eventId),
];

const KEPT_COLUMNS: readonly Column<KeptRow>[] = [
  textColumn(({ leadId }) => leadId),
  textColumn(({ eventId }) => eventId),
  numberColumn(({ occurredAt }) => occurredAt),
  numberColumn(({ keptAt }) => keptAt),
  textColumn(({ value }) => `\\x${value.toString('hex')}`),
];

/** No statement for batches that have none; `keptAt` is the time of the batch. */
export const writeEarly = async (
  transaction: SqlTransaction,
  batches: readonly { readonly early: EarlyWrites | undefined; readonly keptAt: number }[],
): Promise<void> => {
  const kept = batches.flatMap(({ early, keptAt }) => (early?.kept ?? []).map((activity): KeptRow => ({ ...activity, keptAt })));
  const taken = batches.flatMap(({ early }) => early?.taken ?? []);
  await Promise.all([
    kept.length === 0 ? undefined : transaction.run(KEEP, encodeColumns(KEPT_COLUMNS, kept)),
    taken.length === 0 ? undefined : transaction.run(TAKE, encodeColumns(TAKEN_COLUMNS, taken)),
  ]);
};

/**
 * Deletes what has been kept since before that time, milliseconds; how many. A lead that comes later comes without them, and they are not
 * applied if they are sent again: their events count as known.
 */
export const forgetEarlyBefore = async (pool: PostgresPool, keptBefore: number): Promise<number> => {
  const [row] = await pool.run<{ forgotten: number }>(FORGET, [keptBefore]);
  return row?.forgotten ?? 0;
};

export const readEarlyFigures = async (pool: PostgresPool): Promise<EarlyFigures> => {
  const [row] = await runAnalytic<EarlyFigures>(pool, EARLY_COUNT);
  return row ?? NO_EARLY;
};
