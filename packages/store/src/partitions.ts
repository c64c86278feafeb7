/** The router's rows, one a partition of the inbox. */
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

const ENSURE = statement(
  'partitions-ensure',
  'INSERT INTO router_partitions (partition) SELECT generate_series(0, $1::integer - 1) ON CONFLICT DO NOTHING',
);

/** Idempotent. A row starts at epoch 0 without a stored batch. More partitions later are added; none is ever taken away. */
export const ensurePartitions = async (pool: PostgresPool, count: number): Promise<void> => {
  await pool.run(ENSURE, [count]);
};
