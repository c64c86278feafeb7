import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Infrastructure, startInfrastructure } from './infrastructure.ts';
import { isPortFree } from './ports.ts';
import { probeKafkaBroker, probePostgres } from './probes.ts';
import { isIdentityAlive, processIdentity } from './process-identity.ts';

const SCHEMA = '"string"';
const EXTERNAL = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'DATABASE_URL'];
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !EXTERNAL.includes(name)));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lead-router-local-'));
  // As below /root or a private temporary folder: nobody else may enter, Postgres has to all the same.
  await chmod(folder, 0o700);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

async function registerSchema(url: string, subject: string): Promise<void> {
  const response = await fetch(`${url}/subjects/${subject}/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: SCHEMA }),
  });
  expect(response.status).toBe(200);
}

async function subjects(url: string): Promise<unknown> {
  return (await fetch(`${url}/subjects`)).json();
}

const portsOf = ({ addresses }: Infrastructure): number[] => [
  Number(addresses.kafkaBrokers[0]?.split(':')[1]),
  Number(new URL(addresses.schemaRegistryUrl).port),
  Number(new URL(addresses.databaseUrl).port),
];
const identitiesOf = ({ parts }: Infrastructure): string[] => Object.values(parts).map(({ pid }) => processIdentity(pid));

describe('infrastructure of local processes', () => {
  it('serves, survives kills and a restart with its data, and leaves nothing when it stops', { timeout: 120_000 }, async () => {
    const crashes: string[] = [];
    const options = {
      dataFolder: path.join(folder, 'served'),
      env,
      prefer: 'local' as const,
      onProgress: () => {},
      onCrash: (part: string, detail: string) => crashes.push(`${part}: ${detail}`),
    };
    const first = await startInfrastructure(options);
    expect(first.providers).toEqual({ kafka: 'local', registry: 'local', postgres: 'local' });
    const [kafkaPort = 0, , postgresPort = 0] = portsOf(first);
    await probeKafkaBroker({ host: '127.0.0.1', port: kafkaPort, timeoutMs: 2_000 });
    await probePostgres({ host: '127.0.0.1', port: postgresPort, timeoutMs: 2_000 });
    const { schemaRegistryUrl } = first.addresses;

    // What was acknowledged is there, also when the kill comes right behind.
    await registerSchema(schemaRegistryUrl, 'before-a-kill');
    const { kafka, registry, postgres } = first.parts;
    await Promise.all(
      [kafka, registry].map(async (part) => {
        await part?.kill('SIGKILL');
        await part?.restart();
      }),
    );
    expect(await subjects(schemaRegistryUrl)).toEqual(['before-a-kill']);
    expect(crashes).toEqual([]);

    process.kill(postgres?.pid ?? Number.NaN, 'SIGKILL');
    await until(() => crashes.length > 0);
    expect(crashes[0]).toMatch(/^postgres: Postgres ended unexpectedly by signal 9\. The last lines of .*postgres\.log:\n {2}\S/);
    await postgres?.restart();

    const before = identitiesOf(first);
    await Promise.all([first.stop(), first.stop()]);
    expect(before.filter(isIdentityAlive)).toEqual([]);
    for (const port of portsOf(first)) expect(await isPortFree(port)).toBe(true);
    expect(existsSync(path.join(first.dataFolder, 'lock'))).toBe(false);
    expect(crashes).toHaveLength(1);

    const second = await startInfrastructure(options);
    expect(second.addresses).toEqual(first.addresses);
    expect(await subjects(schemaRegistryUrl)).toEqual(['before-a-kill']);
    await second.stop();
  });

  it('dies with its parent, also when that is killed', { timeout: 60_000 }, async () => {
    const dataFolder = path.join(folder, 'killed');
    const script = fileURLToPath(new URL('serve.ts', import.meta.url));
    const parent = spawn(process.execPath, [script, '--data', dataFolder, '--local', '--memory'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env,
    });
    const line = await new Promise<string>((resolve) => createInterface({ input: parent.stdout }).once('line', resolve));
    const pids = Object.values<number>(JSON.parse(line).pids);
    expect(pids).toHaveLength(3);
    const identities = pids.map(processIdentity);
    expect(identities.every(isIdentityAlive)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !identities.some(isIdentityAlive));
    const log = await readFile(path.join(dataFolder, 'logs', 'postgres.log'), 'utf8');
    expect(log.trimEnd().split('\n').at(-1)).toContain('database system is shut down');
  });
});
