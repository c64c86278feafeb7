/**
 * Opens what a service of the pipeline stands on: Kafka, the schemas, Postgres, the rule sets. A dependency that is not there yet
 * is waited for, and said in the health; nothing here gives up but for the process's end.
 */
import { createHash } from 'node:crypto';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import type { SchemaSource } from '@lead-router/contracts/schema-source.ts';
import { compileRuleSet } from '@lead-router/domain/compile-rule-set.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { type CompiledRuleSets, createCompiledRuleSets, type RuleSetDocument } from '@lead-router/store/compiled-rule-sets.ts';
import { createPostgresPool, type PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { createRuleSetReader, leaveInstances } from '@lead-router/store/service-instances.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import type { ServiceParts } from '@lead-router/stream/process-main.ts';
import type { ServiceConfig } from './service-config.ts';

export interface Dependencies {
  readonly kafka: KafkaPort;
  readonly schemas: SchemaSource;
  readonly pool: PostgresPool;
  close(): Promise<void>;
}

export interface DependencyOptions {
  readonly service: string;
  readonly maxConnections: number;
  /** Larger where nobody waits for milliseconds: fetches less often, and more at a time. */
  readonly minFetchIntervalMs?: number;
}

export function openDependencies(parts: ServiceParts<ServiceConfig>, options: DependencyOptions): Dependencies {
  const { config, logger, health, metrics } = parts;
  const kafka = createKafkaJsPort({
    connection: { ...config.kafka, clientId: `${options.service}-${config.process.instanceId}` },
    logger,
    ...(options.minFetchIntervalMs === undefined ? {} : { minFetchIntervalMs: options.minFetchIntervalMs }),
    onRequest: ({ api, seconds }) => metrics.kafkaRequestSeconds.observe({ api }, seconds),
  });
  const { url, username, password } = config.registry;
  const schemas = createRegistrySchemas({
    registryUrl: url,
    ...(username !== null && password !== null ? { auth: { username, password: password.reveal() } } : {}),
  });
  const pool = createPostgresPool({
    databaseUrl: config.database.url.reveal(),
    applicationName: `lead-router-${config.process.instanceId}`,
    maxConnections: options.maxConnections,
    ssl: { mode: config.database.ssl, ca: config.database.sslCa },
    onConnectionError: (error) => {
      logger.warn({ error }, 'a connection to Postgres was lost');
      health.dependency('postgres', { up: false, detail: error.message });
    },
    onCall: ({ operation, outcome, seconds }) => metrics.postgresSeconds.observe({ operation, outcome }, seconds),
  });
  return {
    kafka,
    schemas,
    pool,
    close: async () => {
      await kafka.disconnect();
      await pool.close();
    },
  };
}

const FIRST_WAIT_MS = 250;
const MAX_WAIT_MS = 5_000;

/** Until it succeeds, or the process ends: then it rejects with the last error. */
export async function waitFor<T>(parts: ServiceParts<ServiceConfig>, dependency: string, attempt: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures++) {
    try {
      const result = await attempt();
      parts.health.dependency(dependency, { up: true });
      return result;
    } catch (error) {
      if (parts.signal.aborted) throw error;
      const detail = error instanceof Error ? error.message : String(error);
      parts.health.dependency(dependency, { up: false, detail });
      parts.logger.warn({ dependency, error }, 'waiting for a dependency');
      await parts.clock.sleep(Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** failures), parts.signal);
    }
  }
}

export interface RunningRuleSets extends CompiledRuleSets {
  stop(): Promise<void>;
}

const REFRESH_MS = 1_000;

/** Waits for an active rule set, then follows publications and activations until stopped. */
export async function openRuleSets(
  parts: ServiceParts<ServiceConfig>,
  options: { readonly service: string; readonly pool: PostgresPool },
): Promise<RunningRuleSets> {
  const instance = { instanceId: parts.config.process.instanceId, service: options.service, address: null };
  const ruleSets = createCompiledRuleSets({ compile: compilePublished, reader: createRuleSetReader(options.pool, instance) });
  await waitFor(parts, 'rule set', () => ruleSets.start());
  parts.metrics.ruleSetVersion.set(ruleSets.believedVersion());
  const stopping = new AbortController();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await parts.clock.sleep(REFRESH_MS, stopping.signal);
      if (stopping.signal.aborted) break;
      await ruleSets.refresh().then(
        () => {
          parts.metrics.ruleSetVersion.set(ruleSets.believedVersion());
          parts.health.dependency('rule set', { up: true });
          // A connection that was lost is made anew with the next question.
          parts.health.dependency('postgres', { up: true });
        },
        (error: unknown) => parts.logger.warn({ error }, 'could not look for new rule sets; trying again'),
      );
    }
  })();
  return {
    ...ruleSets,
    stop: async () => {
      stopping.abort();
      await loop;
      await leaveInstances(options.pool, instance.instanceId).catch(() => undefined);
    },
  };
}

/** A published document was checked before it was published. */
export function compilePublished(document: RuleSetDocument): RuleSet {
  const result = compileRuleSet({ source: document.source, tables: document.tables, hash: sha256 });
  if (!result.ok)
    throw new Error(
      `rule set version ${document.version} does not compile: ${result.faults.map((fault) => `${fault.path}: ${fault.message}`).join('; ')}`,
    );
  return result.ruleSet;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
