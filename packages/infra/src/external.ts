// Servers that somebody else runs. Their addresses are used as they are given, after each was asked once whether it answers:
// a wrong address is said here, with the name of its variable, and not by six services at once.

import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';
import { awaitReady } from './await-ready.ts';
import { InfrastructureError } from './infrastructure-error.ts';
import { PART_TITLES, type PartName } from './part-name.ts';
import { probeKafkaListener, probePostgres, probeRegistry } from './probes.ts';
import type { RunningPart } from './running-part.ts';

/** The variable that makes a part external. */
export const ADDRESS_VARIABLES: Readonly<Record<PartName, string>> = {
  kafka: 'KAFKA_BROKERS',
  registry: 'SCHEMA_REGISTRY_URL',
  postgres: 'DATABASE_URL',
};

// Long enough for a server that is being started by the same compose file.
const PATIENCE_MS = 15_000;
const PROBE_TIMEOUT_MS = 5_000;
const POSTGRES_PORT = 5432;

interface Connecting {
  readonly address: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onProgress: (line: string) => void;
}

export function externalAddress(part: PartName, env: NodeJS.ProcessEnv): string | undefined {
  const address = env[ADDRESS_VARIABLES[part]]?.trim();
  return address === '' ? undefined : address;
}

export async function useExternal(part: PartName, o: Connecting & { patienceMs?: number }): Promise<RunningPart> {
  const title = PART_TITLES[part];
  const probe = await PROBES[part](o);
  const readiness = await awaitReady({ title, probe, timeoutMs: o.patienceMs ?? PATIENCE_MS, onProgress: o.onProgress });
  if (readiness.kind === 'timed out') {
    throw new InfrastructureError(
      'LR_INFRA_UNREACHABLE',
      `${title} is not to be reached (${readiness.reason}). Correct ${ADDRESS_VARIABLES[part]}, or unset it to have one started here.`,
    );
  }
  return { provider: 'external', address: o.address, stop: async () => {} };
}

const PROBES: Readonly<Record<PartName, (o: Connecting) => Promise<() => Promise<void>>>> = {
  kafka: async ({ address, env }) => {
    const tls = await kafkaTls(env);
    const brokers = address.split(',').map((broker) => hostAndPort(broker.trim()));
    // One that answers is enough: it names the others.
    return () => Promise.any(brokers.map((broker) => probeKafkaListener({ ...broker, ...tls, timeoutMs: PROBE_TIMEOUT_MS })));
  },
  registry: async ({ address, env }) => {
    const { SCHEMA_REGISTRY_USERNAME: user, SCHEMA_REGISTRY_PASSWORD: password } = env;
    const login = user === undefined ? {} : { authorization: `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}` };
    return () => probeRegistry({ url: address, ...login, timeoutMs: PROBE_TIMEOUT_MS });
  },
  postgres: async ({ address }) => {
    const { hostname, port } = parseUrl(address);
    // A socket file or a host given as parameter: left to the driver, which knows all the ways to write that.
    if (hostname === '') return async () => {};
    const target = { host: withoutBrackets(hostname), port: port === '' ? POSTGRES_PORT : Number(port), timeoutMs: PROBE_TIMEOUT_MS };
    return () => probePostgres(target);
  },
};

async function kafkaTls(env: NodeJS.ProcessEnv): Promise<{ tls?: ConnectionOptions }> {
  if (!['true', '1', 'yes', 'on'].includes(env.KAFKA_TLS?.toLowerCase() ?? '')) return {};
  return {
    tls: {
      ...(await pem('ca', env.KAFKA_TLS_CA_FILE)),
      ...(await pem('cert', env.KAFKA_TLS_CERT_FILE)),
      ...(await pem('key', env.KAFKA_TLS_KEY_FILE)),
    },
  };
}

async function pem(option: 'ca' | 'cert' | 'key', file: string | undefined): Promise<ConnectionOptions> {
  if (file === undefined || file === '') return {};
  const content = await readFile(file).catch((cause: unknown) => {
    throw new InfrastructureError('LR_INFRA_CONFIG', `the file ${file} of KAFKA_TLS_${option.toUpperCase()}_FILE cannot be read`, {
      cause,
    });
  });
  return { [option]: content };
}

function hostAndPort(broker: string): { host: string; port: number } {
  const [, host, port] = /^(.+):(\d+)$/.exec(broker) ?? [];
  if (host === undefined || port === undefined) {
    throw new InfrastructureError('LR_INFRA_CONFIG', `KAFKA_BROKERS has to be host:port, separated by commas; it holds "${broker}"`);
  }
  return { host: withoutBrackets(host), port: Number(port) };
}

function parseUrl(address: string): URL {
  try {
    return new URL(address);
  } catch {
    // Without the value: it holds a password.
    throw new InfrastructureError('LR_INFRA_CONFIG', 'DATABASE_URL has to be postgres://user:password@host:port/database');
  }
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
