/** The watchdog's store: due timers, leased so that several watchdogs share the work, marked by the generation that fired. */
import { numberArray, textArray } from './column-encoding.ts';
import type { PostgresPool } from './postgres-pool.ts';
import type { DueTimer, TimerStore } from './router-store.ts';
import { statement } from './statement.ts';

const LEASE_DUE_TIMERS = statement(
  'timers-lease',
  `WITH due AS MATERIALIZED (
     SELECT timer_id FROM timers
      WHERE state = 'PENDING' AND due_at <= to_timestamp($1::float8 / 1000)
        AND (leased_until IS NULL OR leased_until <= to_timestamp($1::float8 / 1000))
      ORDER BY due_at
      LIMIT $2
        FOR UPDATE SKIP LOCKED),
   leased AS (
     UPDATE timers t SET leased_until = to_timestamp($3::float8 / 1000)
       FROM due WHERE t.timer_id = due.timer_id
     RETURNING t.timer_id, t.kind, t.pool_id, t.generation, t.due_at)
   SELECT timer_id, kind, pool_id, generation, due_at FROM leased ORDER BY due_at, timer_id`,
);

/**
 * A row that a batch is just writing is left alone: it gets another generation, or its lease runs out and it fires once more under
 * the same event id. So this never waits for a batch, and never makes one wait in another order than its own.
 */
const MARK_FIRED = statement(
  'timers-mark-fired',
  `WITH fired AS MATERIALIZED (
     SELECT t.timer_id
       FROM unnest($1::uuid[], $2::bigint[]) AS f (timer_id, generation)
       JOIN timers t ON t.timer_id = f.timer_id AND t.generation = f.generation
        FOR UPDATE OF t SKIP LOCKED)
   UPDATE timers t SET state = 'FIRED', leased_until = NULL FROM fired WHERE t.timer_id = fired.timer_id`,
);

interface DueTimerRow {
  readonly timer_id: string;
  readonly kind: DueTimer['kind'];
  readonly pool_id: string | null;
  readonly generation: number;
  readonly due_at: number;
}

export const createPostgresTimerStore = (pool: PostgresPool): TimerStore => ({
  leaseDueTimers: async ({ now, limit, leaseMs }) => {
    const rows = await pool.run<DueTimerRow>(LEASE_DUE_TIMERS, [now, limit, now + leaseMs]);
    return rows.map((row) => ({
      timerId: row.timer_id,
      kind: row.kind,
      poolId: row.pool_id,
      generation: row.generation,
      dueAt: row.due_at,
    }));
  },
  markFired: async (timers) => {
    if (timers.length === 0) return;
    await pool.run(MARK_FIRED, [textArray(timers.map(({ timerId }) => timerId)), numberArray(timers.map(({ generation }) => generation))]);
  },
});
