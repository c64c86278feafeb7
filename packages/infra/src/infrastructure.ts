// Finds or starts Kafka, the schema registry and Postgres, each on its own: external, else a container, else a local process.
// What is started stops with the process that asked for it, however that one ends.

import { findContainerEngine } from './containers.ts';
import { claimDataFolder } from './data-folder.ts';
import { externalAddress, useExternal } from './external.ts';
import { messageOf } from './infrastructure-error.ts';
import { startLocalKafka } from './local-kafka.ts';
import type { LocalPart } from './local-part.ts';
import { startLocalPostgres } from './local-postgres.ts';
import { startLocalRegistry } from './local-registry.ts';
import { PART_NAMES, PART_TITLES, type PartName } from './part-name.ts';
import { openPortBook } from './ports.ts';
import type { Provider, RunningPart, StartOptions } from './running-part.ts';

export interface InfrastructureAddresses {
  readonly kafkaBrokers: readonly string[];
  /** Base of the Confluent-compatible API. */
  readonly schemaRegistryUrl: string;
  readonly databaseUrl: string;
}

export interface Infrastructure {
  readonly addresses: InfrastructureAddresses;
  /**
   * For the environment of services: KAFKA_BROKERS, SCHEMA_REGISTRY_URL, DATABASE_URL and, for external ones, whatever
   * else is set that says how to connect (KAFKA_TLS…, KAFKA_SASL_…, SCHEMA_REGISTRY_…, DATABASE_…, PGSSL…).
   */
  readonly env: Readonly<Record<string, string>>;
  readonly providers: Readonly<Record<PartName, Provider>>;
  /** The folder in use: another one than asked for when that was taken. */
  readonly dataFolder: string;
  readonly logFiles: readonly string[];
  /** The local processes among the three, for fault tests. */
  readonly parts: Readonly<Partial<Record<PartName, LocalPart>>>;
  /** Stops what was started, in any state. Idempotent. */
  stop(): Promise<void>;
}

export interface InfrastructureOptions {
  readonly dataFolder: string;
  readonly onProgress: (line: string) => void;
  /** Default: the environment of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** `local` does not look for a container engine. Default: LEAD_ROUTER_PREFER, else containers. */
  readonly prefer?: 'containers' | 'local';
  /** A part ended by itself. Default: told by onProgress. */
  readonly onCrash?: (part: PartName, detail: string) => void;
  /** The data need not survive the machine: quicker to make, nothing is forced to disk. */
  readonly memory?: boolean;
}

const CONNECTION_VARIABLES: Readonly<Record<PartName, RegExp>> = {
  kafka: /^KAFKA_(BROKERS|TLS.*|SASL_.*)$/,
  registry: /^SCHEMA_REGISTRY_/,
  postgres: /^(DATABASE_|PGSSL)/,
};

const startLocal: Readonly<Record<PartName, (options: StartOptions) => Promise<RunningPart>>> = {
  kafka: startLocalKafka,
  registry: startLocalRegistry,
  postgres: startLocalPostgres,
};

/** Throws an AggregateError of InfrastructureErrors, its message one line a fault, after stopping what had started. */
export async function startInfrastructure(options: InfrastructureOptions): Promise<Infrastructure> {
  const { onProgress, env = process.env, memory = false } = options;
  const folder = await claimDataFolder(options);
  const ports = await openPortBook(folder.path);
  const onCrash = options.onCrash ?? ((_part, detail) => onProgress(detail));
  const startOptions: StartOptions = { dataFolder: folder.path, ports, env, memory, onProgress, onCrash };

  const mayUseContainers = (options.prefer ?? env.LEAD_ROUTER_PREFER) !== 'local';
  const isNeeded = PART_NAMES.some((part) => externalAddress(part, env) === undefined);
  const engine = mayUseContainers && isNeeded ? await findContainerEngine() : undefined;

  const start = async (part: PartName): Promise<RunningPart> => {
    const startedAt = performance.now();
    const address = externalAddress(part, env);
    const running =
      address === undefined
        ? ((await engine?.start(part, startOptions)) ?? (await startLocal[part](startOptions)))
        : await useExternal(part, { address, env, onProgress });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    onProgress(`${PART_TITLES[part]}: ready (${running.provider}) at ${withoutPassword(running.address)} after ${seconds} s`);
    return running;
  };
  const results = await Promise.allSettled([start('kafka'), start('registry'), start('postgres')]);
  const stop = async (): Promise<void> => {
    await Promise.all(results.map((result) => (result.status === 'fulfilled' ? result.value.stop() : undefined)));
    await engine?.stop();
    await folder.release();
  };
  const [kafka, registry, postgres] = results;
  if (kafka.status === 'rejected' || registry.status === 'rejected' || postgres.status === 'rejected') {
    await stop();
    const reasons = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    throw new AggregateError(reasons, reasons.map(messageOf).join('\n'));
  }
  const running = { kafka: kafka.value, registry: registry.value, postgres: postgres.value };
  return { ...describe(running, env), dataFolder: folder.path, stop };
}

function describe(
  running: Readonly<Record<PartName, RunningPart>>,
  env: NodeJS.ProcessEnv,
): Pick<Infrastructure, 'addresses' | 'env' | 'providers' | 'logFiles' | 'parts'> {
  const { kafka, registry, postgres } = running;
  const parts = PART_NAMES.map((name) => ({ name, ...running[name] }));
  const connection = parts.flatMap(({ name, provider }) => (provider === 'external' ? connectionVariables(name, env) : []));
  return {
    addresses: { kafkaBrokers: kafka.address.split(','), schemaRegistryUrl: registry.address, databaseUrl: postgres.address },
    env: {
      ...Object.fromEntries(connection),
      KAFKA_BROKERS: kafka.address,
      SCHEMA_REGISTRY_URL: registry.address,
      DATABASE_URL: postgres.address,
    },
    providers: { kafka: kafka.provider, registry: registry.provider, postgres: postgres.provider },
    logFiles: parts.flatMap(({ logFile }) => (logFile === undefined ? [] : [logFile])),
    parts: Object.fromEntries(parts.flatMap(({ name, local }) => (local === undefined ? [] : [[name, local]]))),
  };
}

function connectionVariables(part: PartName, env: NodeJS.ProcessEnv): readonly (readonly [string, string])[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && CONNECTION_VARIABLES[part].test(name) ? [[name, value] as const] : [],
  );
}

function withoutPassword(address: string): string {
  return address.replace(/:\/\/[^@/]*@/, '://');
}
