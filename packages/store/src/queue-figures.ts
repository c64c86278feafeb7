/** What lies in the tables and waits, for the metrics: queues, exceptions, timers, deliveries, activities without their lead. All ages by the database's clock. */
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

/** Five small reads; to be asked every few seconds by one process, not for every scrape of every one. */
export const readQueueFigures = async (pool: PostgresPool): Promise<QueueFigures> => {
  const waiting = await runAnalytic<QueueFigures['waiting'][number]>(pool, WAITING);
  const [exceptions] = await runAnalytic<{ leads: number }>(pool, EXCEPTIONS);
  const [timers] = await runAnalytic<{ overdue: number }>(pool, TIMERS);
  const deliveries = await runAnalytic<QueueFigures['deliveries'][number]>(pool, DELIVERIES);
  const [early] = await runAnalytic<QueueFigures['early']>(pool, EARLY);
  return {
    waiting,
    exceptions: exceptions?.leads ?? 0,
    overdueTimerSeconds: timers?.overdue ?? 0,
    early: early ?? { activities: 0, oldestSeconds: 0 },
    deliveries,
  };
};
