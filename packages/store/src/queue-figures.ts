/** What lies in the tables and waits, for the metrics: queues, exceptions, timers, deliveries, activities without their lead; and whether decisions have their months. All ages by the database's clock. */
import { runAnalytic } from './analytic-query.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

export interface QueueFigures {
  readonly waiting: readonly { readonly poolId: string; readonly leads: number; readonly oldestSeconds: number }[];
  /** Leads with a final decision maker. */
  readonly exceptions: number;
  /** Of the oldest timer that has not fired; 0 when none is due. */
  readonly overdueTimerSeconds: number;
  /** Activities whose lead has not come; how long the oldest has waited, 0 for none. */
  readonly early: { readonly activities: number; readonly oldestSeconds: number };
  /** Rows of decisions and batches for whose month there was no table, counted up to 10,000; how many months after this one are made. */
  readonly months: { readonly outside: number; readonly ahead: number };
  /** Of each channel with unfinished deliveries; `overdueSeconds` of the oldest due one that nobody is working on, else 0. */
  readonly deliveries: readonly { readonly channel: string; readonly pending: number; readonly overdueSeconds: number }[];
}

const WAITING = statement(
  'figures-waiting',
  `SELECT pool_id AS "poolId", count(*) AS leads, greatest(0, extract(epoch FROM now() - min(waiting_since)))::float8 AS "oldestSeconds"
     FROM pool_waiters GROUP BY pool_id`,
);

const EXCEPTIONS = statement('figures-exceptions', `SELECT count(*) AS leads FROM leads WHERE stage = 'EXCEPTION'`);

const TIMERS = statement(
  'figures-timers',
  `SELECT greatest(0, coalesce(extract(epoch FROM now() - min(due_at)), 0))::float8 AS overdue FROM timers WHERE state = 'PENDING'`,
);

const DELIVERIES = statement(
  'figures-deliveries',
  `SELECT channel, count(*) AS pending,
          greatest(0, coalesce(extract(epoch FROM now() - min(next_attempt_at) FILTER (WHERE leased_until IS NULL OR leased_until < now())), 0))::float8
            AS "overdueSeconds"
     FROM deliveries WHERE state = 'PENDING' GROUP BY channel`,
);

const EARLY = statement(
  'figures-early',
  `SELECT count(*) AS activities, greatest(0, coalesce(extract(epoch FROM now() - min(kept_at)), 0))::float8 AS "oldestSeconds" FROM early_activities`,
);

const MONTHS = statement(
  'figures-decision-months',
  `SELECT (SELECT count(*) FROM ((SELECT FROM decisions_default LIMIT 10000) UNION ALL (SELECT FROM decision_batches_default LIMIT 10000)) d) AS outside,
          (SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'decisions'::regclass AND c.relname ~ '[0-9]$' AND c.relname > to_char(now() AT TIME ZONE 'UTC', '"decisions_"YYYY_MM')) AS ahead`,
);

/** Six small reads; to be asked every few seconds by one process, not for every scrape of every one. */
export const readQueueFigures = async (pool: PostgresPool): Promise<QueueFigures> => {
  const waiting = await runAnalytic<QueueFigures['waiting'][number]>(pool, WAITING);
  const [exceptions] = await runAnalytic<{ leads: number }>(pool, EXCEPTIONS);
  const [timers] = await runAnalytic<{ overdue: number }>(pool, TIMERS);
  const deliveries = await runAnalytic<QueueFigures['deliveries'][number]>(pool, DELIVERIES);
  const [early] = await runAnalytic<QueueFigures['early']>(pool, EARLY);
  const [months] = await runAnalytic<QueueFigures['months']>(pool, MONTHS);
  return {
    waiting,
    exceptions: exceptions?.leads ?? 0,
    overdueTimerSeconds: timers?.overdue ?? 0,
    early: early ?? { activities: 0, oldestSeconds: 0 },
    months: months ?? { outside: 0, ahead: 0 },
    deliveries,
  };
};
