/** Kafka, registry and Postgres for one command, asked first whether they are there: clients alone would retry for long. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaConfig } from '@lead-router/config/shared-specs.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import type { SchemaRegistrar } from '@lead-router/contracts/schema-source.ts';
import { probeKafkaListener, probeRegistry } from '@lead-router/infra/probes.ts';
import { createPostgresPool, type PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { statement } from '@lead-router/store/statement.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { CliError, EXIT } from './cli-error.ts';
import type { FoundSystem } from './find-system.ts';

export interface Connection {
  readonly system: FoundSystem;
  readonly kafka: KafkaPort;
  readonly pool: PostgresPool;
  readonly schemas: SchemaRegistrar;
  close(): Promise<void>;
}

export type Part = 'kafka' | 'registry' | 'postgres';

/** How long a part may take to say that it is there. */
export const PATIENCE_MS = 5_000;
const MAX_CONNECTIONS = 4;
const CLOSE_MS = 1_000;

const ASK = statement('cli-ask', 'SELECT 1 AS one');

/** Connects to nothing yet. */
export function openConnection(system: FoundSystem): Connection {
  const { url, username, password } = system.registry;
  const kafka = createKafkaJsPort({ connection: { ...system.kafka, clientId: 'lead-router-cli' }, logger: silentLogger });
  const { url: databaseUrl, ssl, sslCa } = system.database;
  const pool = createPostgresPool({
    databaseUrl: databaseUrl.reveal(),
    applicationName: 'lead-router-cli',
    maxConnections: MAX_CONNECTIONS,
    ssl: { mode: ssl, ca: sslCa },
    // The statement that needs the connection fails and is told.
    onConnectionError: () => undefined,
  });
  return {
    system,
    kafka,
    pool,
    schemas: createRegistrySchemas({
      registryUrl: url,
      ...(username !== null && password !== null ? { auth: { username, password: password.reveal() } } : {}),
    }),
    close: async () => {
      const closed = Promise.all([kafka.disconnect(), pool.close()]);
      closed.catch(() => undefined);
      // A client that is still trying to connect is not waited for: the process ends.
      await Promise.race([closed, sleep(CLOSE_MS)]);
    },
  };
}

const NAMES: Readonly<Record<Part, string>> = { kafka: 'Kafka', registry: 'the schema registry', postgres: 'Postgres' };

/** Rejects with a CliError that names every part that does not answer. */
export async function requireParts(connection: Connection, parts: readonly Part[]): Promise<void> {
  const answers = await Promise.all(parts.map(async (part) => ({ part, fault: await askPart(connection, part) })));
  const down = answers.flatMap(({ part, fault }) =>
    fault === null ? [] : [`${NAMES[part]} does not answer at ${addressOf(connection.system, part)}: ${fault}`],
  );
  if (down.length === 0) return;
  const next =
    connection.system.run === null
      ? 'Check the addresses in the environment, and that what they name is running.'
      : 'Stop `npm start` and start it again.';
  throw new CliError('LR_CLI_UNAVAILABLE', [...down, next].join('\n'), { exitCode: EXIT.UNAVAILABLE });
}

/** null: it is there. Else why not. */
export async function askPart({ kafka, pool, system }: Connection, part: Part): Promise<string | null> {
  switch (part) {
    case 'kafka':
      return (await faultOf(probeBrokers(system.kafka))) ?? faultOf(kafka.admin.listTopics());
    case 'postgres':
      return faultOf(pool.run(ASK));
    case 'registry': {
      const { url, username, password } = system.registry;
      const login = username !== null && password !== null ? Buffer.from(`${username}:${password.reveal()}`).toString('base64') : null;
      return faultOf(probeRegistry({ url, timeoutMs: PATIENCE_MS, ...(login === null ? {} : { authorization: `Basic ${login}` }) }));
    }
  }
}

/** The client alone would keep trying for long; one broker that answers is enough. */
async function probeBrokers({ brokers, tls }: KafkaConfig): Promise<void> {
  const secure =
    tls === null
      ? {}
      : {
          tls: {
            ...(tls.ca === null ? {} : { ca: tls.ca }),
            ...(tls.certificate === null || tls.key === null ? {} : { cert: tls.certificate, key: tls.key }),
          },
        };
  const answers = await Promise.allSettled(
    brokers.map((broker) => {
      const colon = broker.lastIndexOf(':');
      return probeKafkaListener({
        host: broker.slice(0, colon).replace(/^\[|\]$/g, ''),
        port: Number(broker.slice(colon + 1)),
        timeoutMs: PATIENCE_MS,
        ...secure,
      });
    }),
  );
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  if (refused.length === answers.length) throw refused[0];
}

/** Without a password. */
export function addressOf(system: FoundSystem, part: Part): string {
  switch (part) {
    case 'kafka':
      return system.kafka.brokers.join(',');
    case 'registry':
      return system.registry.url;
    case 'postgres':
      return system.database.url.reveal().replace(/:\/\/[^@/]*@/, '://');
  }
}

async function faultOf(question: Promise<unknown>): Promise<string | null> {
  const silence = new AbortController();
  const tooLate = new Promise<string>((resolve) => {
    const timer = setTimeout(() => resolve(`no answer within ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
    silence.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  const answer = question.then(
    () => null,
    (error: unknown) => causeOf(error),
  );
  const first = await Promise.race([answer, tooLate]);
  silence.abort();
  return first;
}

/** The innermost reason: what the network said. */
function causeOf(error: unknown): string {
  let last = error;
  while (last instanceof Error && last.cause instanceof Error) last = last.cause;
  return last instanceof Error ? last.message || String(error) : String(last);
}
