/**
 * The flip to another rule set version: exclusively under the advisory lock that every batch takes shared, and only once all live
 * instances have compiled the version. So no batch and no lead sees half of one. A roll-back is the activation of an older version.
 */
import type { PostgresPool } from './postgres-pool.ts';
import { INSTANCE_LIVE_MS, type LiveInstance, listLiveInstances } from './service-instances.ts';
import { statement } from './statement.ts';
import { lockOutBatches, wakeWaitingPools } from './wake-waiting-pools.ts';

export interface Activation {
  readonly version: number;
  readonly by: string;
  /** Plain words, for the log of activations; null for none. */
  readonly reason: string | null;
  /** The id of a pool's timer: waiting pools are woken, since the new version may have room where the old one had none. */
  readonly poolTimerId: (poolId: string) => string;
  /** Longest wait for the instances, milliseconds. */
  readonly timeoutMs: number;
  /** Default `INSTANCE_LIVE_MS`. */
  readonly liveMs?: number;
  /** Told once a round while somebody lags. */
  readonly onWaiting?: (lagging: readonly LiveInstance[]) => void;
}

export type ActivationFailure =
  | { readonly kind: 'UNKNOWN_VERSION' }
  /** These live instances had not compiled the version in time. Nothing was changed. */
  | { readonly kind: 'INSTANCES_LAG'; readonly lagging: readonly LiveInstance[] };

export type ActivationAnswer =
  | { readonly ok: true; readonly version: number; readonly previousVersion: number | null }
  | { readonly ok: false; readonly failure: ActivationFailure; readonly message: string };

export interface ActivationLogEntry {
  readonly version: number;
  readonly previousVersion: number | null;
  readonly activatedAt: number;
  readonly activatedBy: string;
  readonly reason: string | null;
}

const POLL_MS = 100;

const EXISTS = statement('rule-sets-exists', 'SELECT version FROM rule_sets WHERE version = $1');
const READ_ACTIVE = statement('rule-set-activation-lock', 'SELECT version FROM rule_set_activation FOR UPDATE');

const FLIP = statement('rule-set-activation-flip', 'UPDATE rule_set_activation SET version = $1, activated_at = now(), activated_by = $2');

const LOG = statement(
  'rule-set-activation-log',
  'INSERT INTO rule_set_activation_log (version, previous_version, activated_by, reason) VALUES ($1, $2, $3, $4)',
);

const HISTORY = statement(
  'rule-set-activation-history',
  `SELECT version, previous_version, activated_at, activated_by, reason
     FROM rule_set_activation_log ORDER BY activation_id DESC LIMIT $1`,
);

/** Activating the active version again changes and logs nothing. Errors: StoreFault `conflict` when a batch held the lock too long. */
export const activateRuleSet = async (pool: PostgresPool, activation: Activation): Promise<ActivationAnswer> => {
  const { version } = activation;
  const known = await pool.run(EXISTS, [version]);
  if (known.length === 0) {
    return { ok: false, failure: { kind: 'UNKNOWN_VERSION' }, message: `there is no rule set version ${version}: publish it first` };
  }
  const lagging = await awaitCompiled(pool, activation);
  if (lagging.length > 0) {
    const names = lagging.map((instance) => `${instance.service} ${instance.instanceId} (has ${instance.compiledVersion})`).join(', ');
    const message = `not activated: after ${activation.timeoutMs} ms these live instances have not compiled version ${version}: ${names}. See their logs, stop them, or try again.`;
    return { ok: false, failure: { kind: 'INSTANCES_LAG', lagging }, message };
  }
  const previousVersion = await flip(pool, activation);
  return { ok: true, version, previousVersion };
};

/** Newest first: who made which version the active one, and when. */
export const readActivationLog = async (pool: PostgresPool, limit: number): Promise<readonly ActivationLogEntry[]> => {
  const rows = await pool.run<{
    version: number;
    previous_version: number | null;
    activated_at: number;
    activated_by: string;
    reason: string | null;
  }>(HISTORY, [limit]);
  return rows.map((row) => ({
    version: row.version,
    previousVersion: row.previous_version,
    activatedAt: row.activated_at,
    activatedBy: row.activated_by,
    reason: row.reason,
  }));
};

/** Those that still lag when the time is up; none: all are ready. */
const awaitCompiled = async (pool: PostgresPool, activation: Activation): Promise<readonly LiveInstance[]> => {
  const deadline = performance.now() + activation.timeoutMs;
  for (;;) {
    const live = await listLiveInstances(pool, activation.liveMs ?? INSTANCE_LIVE_MS);
    const lagging = live.filter((instance) => instance.compiledVersion < activation.version);
    if (lagging.length === 0 || performance.now() >= deadline) return lagging;
    activation.onWaiting?.(lagging);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

const flip = (pool: PostgresPool, { version, by, reason, poolTimerId }: Activation): Promise<number | null> =>
  pool.inTransaction(async (transaction) => {
    lockOutBatches(transaction);
    const [active] = await transaction.run<{ version: number | null }>(READ_ACTIVE);
    const previousVersion = active?.version ?? null;
    if (previousVersion === version) return previousVersion;
    void transaction.run(FLIP, [version, by]);
    await wakeWaitingPools(transaction, poolTimerId);
    await transaction.run(LOG, [version, previousVersion, by, reason]);
    return previousVersion;
  });
