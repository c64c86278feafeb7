/** Queries that go through whole tables: the sessions are set for lookups by key, these must be free to scan. */
import type { PostgresPool } from './postgres-pool.ts';
import { type SqlValue, type Statement, statement } from './statement.ts';

const ALLOW_SCANS = statement(
  'analytic-allow-scans',
  `SELECT set_config('enable_seqscan', 'on', true), set_config('plan_cache_mode', 'force_custom_plan', true)`,
);

/** In one snapshot of its own. */
export const runAnalytic = <Row extends object>(
  pool: PostgresPool,
  query: Statement,
  values: readonly SqlValue[] = [],
): Promise<readonly Row[]> =>
  pool.inTransaction((transaction) => {
    void transaction.run(ALLOW_SCANS);
    return transaction.run<Row>(query, values);
  });
