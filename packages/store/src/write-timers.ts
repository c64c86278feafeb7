/**
 * Timers follow from the records written: each lead and each pool has at most one, of a lead's clocks the one due first. A timer set anew has another generation; the
 * same generation written again changes nothing, so that a timer which has fired does not come back.
 */
import type { BatchWrites, TimerKind } from '@lead-router/domain/routing-model.ts';
import { type Column, encodeColumns, numberColumn, textArray, textColumn } from './column-encoding.ts';
import type { SqlTransaction } from './sql-transaction.ts';
import { statement } from './statement.ts';

const UPSERT_TIMERS = statement(
  'timers-upsert',
  `INSERT INTO timers (timer_id, kind, pool_id, due_at, generation)
   SELECT r.timer_id, r.kind, r.pool_id, to_timestamp(r.due_at / 1000), r.generation
     FROM unnest($1::uuid[], $2::text[], $3::text[], $4::float8[], $5::bigint[]) AS r (timer_id, kind, pool_id, due_at, generation)
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

export const timerWrites = (writes: BatchWrites, poolTimerId: (poolId: string) => string): TimerWrites => {
  const put: TimerWrite[] = [];
  const cancelled: string[] = [];
  for (const lead of writes.leads) {
    if (lead.timer === null) cancelled.push(lead.leadId);
    else put.push({ timerId: lead.leadId, kind: lead.timer.kind, poolId: null, dueAt: lead.timer.dueAt, generation: lead.timerGeneration });
  }
  for (const pool of writes.pools) {
    const timerId = poolTimerId(pool.poolId);
    if (pool.wakeAt === null) cancelled.push(timerId);
    else put.push({ timerId, kind: 'POOL_WAKE', poolId: pool.poolId, dueAt: pool.wakeAt, generation: pool.wakeGeneration });
  }
  return { put, cancelled };
};

export const writeTimers = async (transaction: SqlTransaction, timers: TimerWrites): Promise<void> => {
  await Promise.all([
    timers.put.length === 0 ? [] : transaction.run(UPSERT_TIMERS, encodeColumns(TIMER_COLUMNS, timers.put)),
    timers.cancelled.length === 0 ? [] : transaction.run(DELETE_TIMERS, [textArray(timers.cancelled)]),
  ]);
};
