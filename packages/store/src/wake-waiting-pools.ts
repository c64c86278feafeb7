/**
 * Something outside of any batch may have made room (another rule set, somebody who is back): the timer of each pool where leads wait is
 * set to now, and the batch that acts on it tries them. Only under the exclusive lock of the rule version: then no batch is under way, so
 * none can queue a lead by what it read before.
 */
import { RULE_VERSION_LOCK } from './advisory-locks.ts';
import type { SqlTransaction } from './sql-transaction.ts';
import { statement } from './statement.ts';
import { writeTimers } from './write-timers.ts';

const LOCK_EXCLUSIVELY = statement('rule-version-lock', `SELECT pg_advisory_xact_lock(${RULE_VERSION_LOCK})`);

const WAKE_POOLS = statement(
  'pools-wake-waiting',
  `UPDATE pools SET wake_at = date_trunc('milliseconds', now()), wake_generation = wake_generation + 1
    WHERE waiting > 0 RETURNING pool_id, wake_at, wake_generation`,
);

/** Waits until no batch is under way; none begins before the transaction is over. Has to be its first statement. */
export const lockOutBatches = (transaction: SqlTransaction): void => {
  // Not awaited: the next one fails with it.
  void transaction.run(LOCK_EXCLUSIVELY);
};

/** @param poolTimerId the id of a pool's timer */
export const wakeWaitingPools = async (transaction: SqlTransaction, poolTimerId: (poolId: string) => string): Promise<void> => {
  const woken = await transaction.run<{ pool_id: string; wake_at: number; wake_generation: number }>(WAKE_POOLS);
  const put = woken.map((row) => ({
    timerId: poolTimerId(row.pool_id),
    kind: 'POOL_WAKE' as const,
    poolId: row.pool_id,
    dueAt: row.wake_at,
    generation: row.wake_generation,
  }));
  await writeTimers(transaction, { made: [], put, cancelled: [] });
};
