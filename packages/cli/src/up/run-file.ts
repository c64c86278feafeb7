/** What a running local system tells the other commands: where everything listens. Kept in the data folder while it runs. */
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeMetricsTargets } from './metrics-targets.ts';
import type { System } from './system.ts';

export interface RunFile {
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly dataFolder: string;
  readonly addresses: { readonly kafkaBrokers: readonly string[]; readonly schemaRegistryUrl: string; readonly databaseUrl: string };
  /** KAFKA_BROKERS and the like, as the services have them. */
  readonly env: Readonly<Record<string, string>>;
  readonly services: readonly RunningService[];
}

export interface RunningService {
  readonly service: string;
  readonly instance: string;
  readonly pid: number | null;
  readonly metricsUrl: string | null;
  /** The gateway's. */
  readonly apiUrl: string | null;
  readonly logFile: string;
}

const FILE = 'run.json';

/** Readable by the owner only: the address of Postgres holds its password. */
export async function writeRunFile(system: Omit<System, 'stop'>, startedAt: number): Promise<void> {
  const { dataFolder, addresses, env } = system.infrastructure;
  const services = system.services.all.map(({ service, instance, logFile, pid, addresses: announced }): RunningService => {
    const { metricsUrl = null, apiUrl = null } = announced();
    return { service, instance, pid: pid(), metricsUrl, apiUrl, logFile };
  });
  const run: RunFile = { pid: process.pid, startedAt, dataFolder, addresses, env, services };
  const file = join(dataFolder, FILE);
  await writeFile(`${file}.new`, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  await writeMetricsTargets(dataFolder, services);
}

export async function removeRunFile(dataFolder: string): Promise<void> {
  await rm(join(dataFolder, FILE), { force: true });
  await writeMetricsTargets(dataFolder, []);
}

/** null when nothing runs on that folder: no file, or the process that wrote it has ended. */
export async function readRunFile(dataFolder: string): Promise<RunFile | null> {
  const text = await readFile(join(dataFolder, FILE), 'utf8').catch(() => null);
  if (text === null) return null;
  const run: RunFile = JSON.parse(text);
  return isAlive(run.pid) ? run : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
