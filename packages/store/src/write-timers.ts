/**
 * Timers follow from the records written: each lead and each pool has at most one, of a lead's clocks the one due first. A timer set anew has another generation; the
 * same generation written again changes nothing, so that a timer which has fired does not come back.
 */
import type { LeadRecord, LeadTimer, PoolRecord, TimerKind } from '@lead-router/domain/routing-model.ts';
import { type Column, encodeColumns, numberColumn, textArray, textColumn } from './column-encoding.ts';
import type { SqlTransaction } from './sql-transaction.ts';
import { statement } from './statement.ts';

const INSERT = `INSERT INTO timers (timer_id, kind, pool_id, due_at, generation)
   SELECT r.timer_id, r.kind, r.pool_id, to_timestamp(r.due_at / 1000), r.generation
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::float8[], $5::bigint[]) AS r (timer_id, kind, pool_id, due_at, generation)`;

/** Of leads that are new: nobody has set a timer for them. */
const INSERT_TIMERS = statement('timers-insert', INSERT);

const UPSERT_TIMERS = statement(
  'timers-upsert',
  `${INSERT}
   ON CONFLICT (timer_id) DO UPDATE SET
     kind = excluded.kind, pool_id = excluded.pool_id, due_at = excluded.due_at, generation = excluded.generation,
     state = 'PENDING', leased_until = NULL
   WHERE timers.generation <> excluded.generation`,
);

const DELETE_TIMERS = statement('timers-delete', 'DELETE FROM timers WHERE timer_id = ANY ($1::uuid[])');

interface TimerWrite {
  readonly timerId: string;
  readonly kind: TimerKind;
  readonly poolId: string | null;
  readonly dueAt: number;
  readonly generation: number;
}

export interface TimerWrites {
  /** Of leads that had no row yet. */
  readonly made: readonly TimerWrite[];
  readonly put: readonly TimerWrite[];
  /** Ids of leads and pools that have no timer now. */
  readonly cancelled: readonly string[];
}

const TIMER_COLUMNS: readonly Column<TimerWrite>[] = [
  textColumn((timer) => timer.timerId),
  textColumn((timer) => timer.kind),
  textColumn((timer) => timer.poolId),
  numberColumn((timer) => timer.dueAt),
  numberColumn((timer) => timer.generation),
];

interface TimedRecords {
  readonly newLeads: readonly LeadRecord[];
  readonly knownLeads: readonly LeadRecord[];
  readonly pools: readonly PoolRecord[];
}

export const timerWrites = ({ newLeads, knownLeads, pools }: TimedRecords, poolTimerId: (poolId: string) => string): TimerWrites => {
  const made = newLeads.flatMap((lead) => (lead.timer === null ? [] : [timerOf(lead, lead.timer)]));
  const put: TimerWrite[] = [];
  const cancelled: string[] = [];
  for (const lead of knownLeads) {
    if (lead.timer === null) cancelled.push(lead.leadId);
    else put.push(timerOf(lead, lead.timer));
  }
  for (const pool of pools) {
    const timerId = poolTimerId(pool.poolId);
    if (pool.wakeAt === null) cancelled.push(timerId);
    else put.push({ timerId, kind: 'POOL_WAKE', poolId: pool.poolId, dueAt: pool.wakeAt, generation: pool.wakeGeneration });
  }
  return { made, put, cancelled };
};

const timerOf = (lead: LeadRecord, { kind, dueAt }: LeadTimer): TimerWrite => ({
  timerId: lead.leadId,
  kind,
  poolId: null,
  dueAt,
  generation: lead.timerGeneration,
});

export const writeTimers = async (transaction: SqlTransaction, timers: TimerWrites): Promise<void> => {
  await Promise.all([
    timers.made.length === 0 ? [] : transaction.run(INSERT_TIMERS, encodeColumns(TIMER_COLUMNS, timers.made)),
    timers.put.length === 0 ? [] : transaction.run(UPSERT_TIMERS, encodeColumns(TIMER_COLUMNS, timers.put)),
    timers.cancelled.length === 0 ? [] : transaction.run(DELETE_TIMERS, [textArray(timers.cancelled)]),
  ]);
};
