/**
 * Who is away for a while by his own or somebody else's word, beside the hours and the leave of the rule set. Away at an instant is
 * who `isAway` and has no `awayUntil`, or one that lies behind the instant. Batches read it in `lock-and-read.ts`.
 */
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';
import { lockOutBatches, wakeWaitingPools } from './wake-waiting-pools.ts';

export interface AgentPresence {
  readonly agentId: string;
  readonly isAway: boolean;
  /** When it ends by itself; null: not before somebody says so. */
  readonly awayUntil: number | null;
  readonly reason: string | null;
  readonly changedBy: string;
  readonly changedAt: number;
}

const PUT = statement(
  'agent-presence-put',
  `INSERT INTO agent_presence (agent_id, is_away, away_until, reason, changed_by)
   VALUES ($1, $2, to_timestamp($3::float8 / 1000), $4, $5)
   ON CONFLICT (agent_id) DO UPDATE SET is_away = excluded.is_away, away_until = excluded.away_until, reason = excluded.reason,
     changed_by = excluded.changed_by, changed_at = now()`,
);

const LIST = statement(
  'agent-presence-list',
  `SELECT agent_id AS "agentId", is_away AS "isAway", away_until AS "awayUntil", reason, changed_by AS "changedBy",
          changed_at AS "changedAt"
     FROM agent_presence ORDER BY agent_id`,
);

const IS_AWAY = statement(
  'agent-presence-is-away',
  `SELECT true AS away FROM agent_presence
    WHERE agent_id = $1 AND is_away AND (away_until IS NULL OR away_until > to_timestamp($2::float8 / 1000))`,
);

/**
 * The latest word counts, for every batch that begins after this; pools where leads wait are woken, since somebody may be back, or back
 * sooner (docs/adr/0019). Idempotent but for the waking, which is harmless. Errors: StoreFault `conflict` when a batch held the lock too
 * long.
 */
export const putPresence = (
  pool: PostgresPool,
  presence: Omit<AgentPresence, 'changedAt'>,
  poolTimerId: (poolId: string) => string,
): Promise<void> =>
  pool.inTransaction(async (transaction) => {
    lockOutBatches(transaction);
    void transaction.run(PUT, [presence.agentId, presence.isAway, presence.awayUntil, presence.reason, presence.changedBy]);
    await wakeWaitingPools(transaction, poolTimerId);
  });

/** Of everybody about whom anything was ever said, by id. */
export const listPresence = (pool: PostgresPool): Promise<readonly AgentPresence[]> => pool.run<AgentPresence>(LIST);

/** By word; hours and leave of the rule set are not looked at. */
export const isSaidAway = async (pool: PostgresPool, who: { readonly agentId: string; readonly now: number }): Promise<boolean> =>
  (await pool.run(IS_AWAY, [who.agentId, who.now])).length > 0;
