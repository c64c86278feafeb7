// What each part needs to run as a container: image, settings, port, volume, and how to ask whether it answers.

import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import { brokerSettings, KAFKA_CLUSTER_ID } from './kafka-settings.ts';
import type { PartName } from './part-name.ts';
import { DATABASE, DATABASE_USER, ensurePassword, postgresSettings } from './postgres-settings.ts';
import { probeKafkaBroker, probePostgres, probeRegistry } from './probes.ts';
import { REGISTRY_API_PATH, registryStorage } from './registry-settings.ts';
import type { StartOptions } from './running-part.ts';

export interface ContainerSpec {
  readonly image: string;
  readonly environment: Record<string, string>;
  readonly command?: readonly string[];
  readonly user?: string;
  readonly containerPort: number;
  readonly hostPort: number;
  /** None when the data need not survive. */
  readonly volume?: { readonly name: string; readonly target: string };
  /** The one address that the port is opened at. Undefined: at all of an engine elsewhere, which does not know how we reach it. */
  readonly hostAddress: string | undefined;
  readonly address: string;
  readonly probe: () => Promise<void>;
}

type SpecOptions = Pick<StartOptions, 'dataFolder' | 'ports' | 'env' | 'memory'> & { readonly host: string };

const IMAGES: Readonly<Record<PartName, { readonly variable: string; readonly image: string }>> = {
  kafka: { variable: 'LEAD_ROUTER_KAFKA_IMAGE', image: 'apache/kafka:4.2.1' },
  registry: { variable: 'LEAD_ROUTER_REGISTRY_IMAGE', image: 'apicurio/apicurio-registry:3.0.9' },
  postgres: { variable: 'LEAD_ROUTER_POSTGRES_IMAGE', image: 'postgres:18' },
};
const PROBE_TIMEOUT_MS = 2_000;

export async function containerSpec(part: PartName, o: SpecOptions): Promise<ContainerSpec> {
  const host = o.host === 'localhost' ? '127.0.0.1' : o.host;
  const { variable, image } = IMAGES[part];
  // In a container of the same engine, host is the gateway of its network, which the outside does not reach either.
  const isEngineElsewhere = isIP(host) === 0 || /^(tcp|https?|ssh):/.test(o.env.DOCKER_HOST ?? '');
  const hostAddress = isEngineElsewhere ? undefined : host;
  const specific = await SPECS[part]({ ...o, host });
  const volume = o.memory ? {} : { volume: { name: `lead-router-${await volumeId(o.dataFolder)}-${part}`, target: specific.target } };
  return { image: o.env[variable] ?? image, hostPort: o.ports.port(part), hostAddress, ...volume, ...specific };
}

type Specific = Pick<ContainerSpec, 'environment' | 'command' | 'user' | 'containerPort' | 'address' | 'probe'> & {
  readonly target: string;
};

const SPECS: Readonly<Record<PartName, (o: SpecOptions) => Promise<Specific>>> = {
  kafka: async ({ ports, host }) => {
    const port = ports.port('kafka');
    const settings = {
      ...brokerSettings,
      'controller.quorum.voters': '1@127.0.0.1:9093',
      // The broker also speaks to itself, and inside the container the address that clients use leads nowhere.
      listeners: 'CLIENTS://0.0.0.0:9092,CONTROLLER://127.0.0.1:9093,BROKER://127.0.0.1:9094',
      'advertised.listeners': `CLIENTS://${host}:${port},BROKER://127.0.0.1:9094`,
      'listener.security.protocol.map': 'CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT,BROKER:PLAINTEXT',
      'inter.broker.listener.name': 'BROKER',
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': '/var/lib/kafka/data',
    };
    const variables = Object.entries(settings).map(([name, value]) => [`KAFKA_${name.toUpperCase().replaceAll('.', '_')}`, String(value)]);
    return {
      environment: { ...Object.fromEntries(variables), CLUSTER_ID: KAFKA_CLUSTER_ID, KAFKA_HEAP_OPTS: '-Xms256m -Xmx512m' },
      containerPort: 9092,
      target: '/var/lib/kafka/data',
      address: `${host}:${port}`,
      probe: () => probeKafkaBroker({ host, port, timeoutMs: PROBE_TIMEOUT_MS }),
    };
  },
  registry: async ({ ports, host }) => {
    const address = `http://${host}:${ports.port('registry')}${REGISTRY_API_PATH}`;
    return {
      environment: registryStorage('/var/lib/registry/registry'),
      // The image's own user may not write to a fresh volume.
      user: '0:0',
      containerPort: 8080,
      target: '/var/lib/registry',
      address,
      probe: () => probeRegistry({ url: address, timeoutMs: PROBE_TIMEOUT_MS }),
    };
  },
  postgres: async ({ ports, host, dataFolder, memory }) => {
    const port = ports.port('postgres');
    const password = await ensurePassword(path.join(dataFolder, 'postgres-container.password'));
    return {
      environment: {
        POSTGRES_USER: DATABASE_USER,
        POSTGRES_PASSWORD: password,
        POSTGRES_DB: DATABASE,
        POSTGRES_INITDB_ARGS: '--locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 --encoding=UTF8',
      },
      command: ['postgres', ...postgresSettings({ memory })],
      containerPort: 5432,
      target: '/var/lib/postgresql',
      address: `postgres://${DATABASE_USER}:${password}@${host}:${port}/${DATABASE}`,
      probe: () => probePostgres({ host, port, timeoutMs: PROBE_TIMEOUT_MS }),
    };
  },
};

/** Kept in the data folder: removing that folder leaves the volumes behind for good, it never brings old data back. */
async function volumeId(dataFolder: string): Promise<string> {
  const file = path.join(dataFolder, 'volume-id');
  const fresh = randomBytes(6).toString('hex');
  // Three parts ask at the same time: the first one writes.
  await writeFile(file, fresh, { flag: 'wx' }).catch(() => {});
  return (await readFile(file, 'utf8')).trim();
}
