/** Which instances of the services are alive and which rule set version each has compiled: what an activation waits for. */
import type { RuleSetReader } from './compiled-rule-sets.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { activeRuleSetVersion, loadRuleSet, newestRuleSetVersion } from './rule-set-store.ts';
import { statement } from './statement.ts';

export interface ServiceInstance {
  /** Names one process: another one after a restart. */
  readonly instanceId: string;
  readonly service: string;
  /** Where its health and metrics are; null when it serves none. */
  readonly address: string | null;
}

export interface LiveInstance extends ServiceInstance {
  /** 0: none yet. */
  readonly compiledVersion: number;
  readonly startedAt: number;
  readonly heartbeatAt: number;
}

/** An instance that has not been heard of for this long does not hold up an activation. */
export const INSTANCE_LIVE_MS = 10_000;

/** An instance that was given up for dead and comes back is registered again; its compiled version never goes back. */
const REPORT = statement(
  'service-instances-report',
  `INSERT INTO service_instances (instance_id, service, address, compiled_version)
   VALUES ($1, $2, $3, $4)
   ON CONFLICT (instance_id) DO UPDATE SET
     heartbeat_at = now(), address = excluded.address,
     compiled_version = greatest(service_instances.compiled_version, excluded.compiled_version)`,
);

const LEAVE = statement('service-instances-delete', 'DELETE FROM service_instances WHERE instance_id = $1');

const LIST_LIVE = statement(
  'service-instances-live',
  `SELECT instance_id, service, address, compiled_version, started_at, heartbeat_at
     FROM service_instances
    WHERE heartbeat_at > now() - $1::float8 * interval '1 millisecond'
    ORDER BY service, instance_id`,
);

/** Registers and beats in one; to be called every second or two, far more often than `INSTANCE_LIVE_MS`. Idempotent. */
export const reportInstance = async (pool: PostgresPool, instance: ServiceInstance, compiledVersion: number): Promise<void> => {
  await pool.run(REPORT, [instance.instanceId, instance.service, instance.address, compiledVersion]);
};

/** A clean end: an activation need not wait for the heartbeat to grow old. */
export const leaveInstances = async (pool: PostgresPool, instanceId: string): Promise<void> => {
  await pool.run(LEAVE, [instanceId]);
};

/** By the clock of Postgres alone. */
export const listLiveInstances = async (pool: PostgresPool, liveMs: number = INSTANCE_LIVE_MS): Promise<readonly LiveInstance[]> => {
  const rows = await pool.run<{
    instance_id: string;
    service: string;
    address: string | null;
    compiled_version: number;
    started_at: number;
    heartbeat_at: number;
  }>(LIST_LIVE, [liveMs]);
  return rows.map((row) => ({
    instanceId: row.instance_id,
    service: row.service,
    address: row.address,
    compiledVersion: row.compiled_version,
    startedAt: row.started_at,
    heartbeatAt: row.heartbeat_at,
  }));
};

/** What `createCompiledRuleSets` needs, for one instance. */
export const createRuleSetReader = (pool: PostgresPool, instance: ServiceInstance): RuleSetReader => ({
  activeVersion: () => activeRuleSetVersion(pool),
  newestVersion: () => newestRuleSetVersion(pool),
  load: (version) => loadRuleSet(pool, version),
  reportCompiled: (version) => reportInstance(pool, instance, version),
});
