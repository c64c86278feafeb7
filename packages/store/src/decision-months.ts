/**
 * The tables that decisions lie in, one a month (UTC): made before they are needed, dropped as a whole when nobody needs them any more
 * (docs/adr/0022). Leads, applied events and everything else that decisions rest on are never touched here.
 */
import { DECISION_MONTHS_LOCK } from './advisory-locks.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

/** Whoever is to make them may be away for as long. */
export const MONTHS_AHEAD = 3;

/** Topics keep events for 30 days, and the audit wants their decisions. */
export const MIN_KEPT_MONTHS = 2;

export interface DecisionMonth {
  /** `2026-11` */
  readonly month: string;
  /** As the statistics have it, so about. */
  readonly decisions: number;
  /** Of both tables with all that belongs to them. */
  readonly bytes: number;
}

export interface DropRequest {
  /** Milliseconds. */
  readonly now: number;
  /** Decisions of so many months up to now stay, and those of the month in which they began. */
  readonly keptMonths: number;
  /** Only says what would be dropped. */
  readonly isDryRun: boolean;
}

export interface DropReport {
  /** Nothing that was decided from here on is dropped. Milliseconds. */
  readonly keptFrom: number;
  readonly dropped: readonly DecisionMonth[];
}

/** A month's name sorts by time. */
const OWN_MONTH = `^decisions_[0-9]{4}_[0-9]{2}$`;

/** Short: readers of decisions stand in line behind whoever waits to change the tables. */
const BRIEF_LOCKS = statement('decision-months-brief-locks', `SELECT set_config('lock_timeout', '1000', true)`);

const LOCK = statement('decision-months-lock', `SELECT pg_advisory_xact_lock(${DECISION_MONTHS_LOCK})`);

/** Months of what lies in the default tables as well: so it gets out of there. */
const ENSURE = statement(
  'decision-months-ensure',
  `SELECT count(*) FILTER (WHERE ensure_decision_month(month)) AS made
     FROM (SELECT date_trunc('month', to_timestamp($1::float8 / 1000) + n * interval '1 month', 'UTC') AS month FROM generate_series(0, $2::integer) n
           UNION SELECT date_trunc('month', decided_at, 'UTC') FROM decisions_default
           UNION SELECT date_trunc('month', decided_at, 'UTC') FROM decision_batches_default) months`,
);

const KEPT_FROM = statement(
  'decision-months-kept-from',
  `SELECT date_trunc('month', to_timestamp($1::float8 / 1000) - $2::integer * interval '1 month', 'UTC') AS "keptFrom"`,
);

const LIST = statement(
  'decision-months-list',
  `SELECT replace(m.suffix, '_', '-') AS month, greatest(c.reltuples::bigint, pg_stat_get_live_tuples(c.oid), 0) AS decisions,
          pg_total_relation_size(c.oid) + coalesce(pg_total_relation_size(to_regclass('decision_batches_' || m.suffix)), 0) AS bytes
     FROM pg_inherits i
     JOIN pg_class c ON c.oid = i.inhrelid
    CROSS JOIN LATERAL (SELECT substr(c.relname, length('decisions_') + 1) AS suffix) m
    WHERE i.inhparent = 'decisions'::regclass AND c.relname ~ $1
    ORDER BY c.relname`,
);

const NOTE_DROP = statement(
  'decision-retention-note',
  `INSERT INTO decision_retention (kept_from) VALUES (to_timestamp($1::float8 / 1000))
   ON CONFLICT (only_row) DO UPDATE SET kept_from = greatest(decision_retention.kept_from, excluded.kept_from), dropped_at = now()`,
);

const READ_RETENTION = statement('decision-retention-read', 'SELECT kept_from AS "keptFrom" FROM decision_retention');

/**
 * The current month and the next ones; idempotent, several may do it at once. Returns how many were made. StoreFault `conflict`: somebody
 * was in the way, to be tried again.
 */
export const ensureDecisionMonths = (pool: PostgresPool, now: number): Promise<number> =>
  pool.inTransaction(async (transaction) => {
    // Before the first look at the default tables: who waited for it with those open would be in the way of who has it.
    void transaction.run(LOCK);
    void transaction.run(BRIEF_LOCKS);
    const [row] = await transaction.run<{ made: number }>(ENSURE, [now, MONTHS_AHEAD]);
    return row?.made ?? 0;
  });

/** Oldest first; without the default tables. */
export const listDecisionMonths = (pool: Pick<PostgresPool, 'run'>): Promise<readonly DecisionMonth[]> =>
  pool.run<DecisionMonth>(LIST, [OWN_MONTH]);

/** When decisions begin to be complete, milliseconds; null: no month was ever dropped. */
export const readKeptFrom = async (pool: PostgresPool): Promise<number | null> => {
  const [row] = await pool.run<{ keptFrom: number }>(READ_RETENTION);
  return row?.keptFrom ?? null;
};

/**
 * All months that ended before the kept ones, in one transaction. Errors: RangeError for fewer than `MIN_KEPT_MONTHS`; StoreFault
 * `conflict` when a long report is in the way: nothing was dropped, to be tried again.
 */
export const dropDecisionMonths = async (pool: PostgresPool, request: DropRequest): Promise<DropReport> => {
  if (request.keptMonths < MIN_KEPT_MONTHS) {
    throw new RangeError(`decisions are kept for at least ${MIN_KEPT_MONTHS} months: their events are in Kafka for 30 days`);
  }
  return pool.inTransaction(async (transaction) => {
    void transaction.run(BRIEF_LOCKS);
    void transaction.run(LOCK);
    const [row] = await transaction.run<{ keptFrom: number }>(KEPT_FROM, [request.now, request.keptMonths]);
    if (row === undefined) throw new Error('Postgres does not say what month it was');
    const { keptFrom } = row;
    const firstKept = new Date(keptFrom).toISOString().slice(0, 7);
    const dropped = (await transaction.run<DecisionMonth>(LIST, [OWN_MONTH])).filter(({ month }) => month < firstKept);
    if (request.isDryRun || dropped.length === 0) return { keptFrom, dropped };
    await transaction.run(NOTE_DROP, [keptFrom]);
    await transaction.run(dropStatement(dropped));
    return { keptFrom, dropped };
  });
};

/** The decisions' tables before the batches': in the order in which a batch locks them. */
const dropStatement = (months: readonly DecisionMonth[]) => {
  const tables = (parent: string): readonly string[] => months.map(({ month }) => `${parent}_${month.replace('-', '_')}`);
  const names = [...tables('decisions'), ...tables('decision_batches')];
  return statement(`decision-months-drop-${months.length}-to-${months.at(-1)?.month ?? ''}`, `DROP TABLE ${names.join(', ')}`);
};
