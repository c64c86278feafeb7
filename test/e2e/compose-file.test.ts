/** What `deploy/compose/compose.yaml` says, as Compose itself reads it: every service, pinned images, the broker as everywhere else. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { SERVICES } from '@lead-router/cli/up/service-processes.ts';
import { brokerSettings, KAFKA_CLUSTER_ID } from '@lead-router/infra/kafka-settings.ts';
import { DATABASE, DATABASE_USER, postgresSettings } from '@lead-router/infra/postgres-settings.ts';
import { registryStorage } from '@lead-router/infra/registry-settings.ts';
import { beforeAll, expect, test } from 'vitest';
import { describeUnless } from '../not-run.ts';
import { COMPOSE_FILE } from './compose-project.ts';

const run = promisify(execFile);
/** The file cannot know its machine: the settings are those of this one. */
const COMPOSE_MACHINE_BYTES = 8 * 2 ** 30;
const ENV = { POSTGRES_PASSWORD: 'secret', LEAD_IDENTITY_KEY: 'k'.repeat(32) };

interface ComposeService {
  readonly image: string;
  readonly command: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly ports?: readonly { readonly host_ip?: string; readonly published: string }[];
  readonly volumes?: readonly { readonly type: string; readonly source: string }[];
}

const whyNot = await run('docker', ['compose', 'version']).then(
  () => undefined,
  () => 'there is no docker compose',
);

describeUnless(whyNot, 'the compose file', () => {
  let services: Readonly<Record<string, ComposeService>>;

  const config = async (env: Readonly<Record<string, string>>): Promise<string> => {
    const args = ['compose', '--env-file', '/dev/null', '--file', COMPOSE_FILE, '--profile', 'observe', 'config', '--format', 'json'];
    return (await run('docker', args, { env: { PATH: process.env.PATH, DOCKER_CONFIG: process.env.DOCKER_CONFIG, ...env } })).stdout;
  };

  beforeAll(async () => {
    const parsed: { services: Readonly<Record<string, ComposeService>> } = JSON.parse(await config(ENV));
    services = parsed.services;
  });

  const service = (name: string): ComposeService => {
    const found = services[name];
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };

  test('has every service, all of one image', () => {
    expect(Object.keys(services).sort()).toEqual([...SERVICES, 'set-up', 'kafka', 'registry', 'postgres', 'prometheus', 'grafana'].sort());
    for (const name of SERVICES) expect(service(name)).toMatchObject({ command: [name], image: service('set-up').image, read_only: true });
  });

  test('pins every image, and opens no port to the network', () => {
    const images = Object.values(services).map(({ image }) => image);
    expect(images.filter((image) => !/:v?\d+(\.\d+)+$/.test(image))).toEqual([]);
    const ports = Object.values(services).flatMap(({ ports: published = [] }) => published);
    expect(ports.filter(({ host_ip }) => host_ip !== '127.0.0.1')).toEqual([]);
  });

  test('runs Kafka, registry and Postgres with the settings that everything else is tested with', () => {
    const kafka = Object.entries(brokerSettings).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      String(value),
    ]);
    expect(service('kafka').environment).toMatchObject({ ...Object.fromEntries(kafka), CLUSTER_ID: KAFKA_CLUSTER_ID });
    expect(service('registry').environment).toEqual(registryStorage('/var/lib/registry/registry'));
    expect(service('postgres').environment).toMatchObject({ POSTGRES_USER: DATABASE_USER, POSTGRES_DB: DATABASE });
    // Durable is what it is without being told.
    const settings = postgresSettings({ memory: false, memoryBytes: COMPOSE_MACHINE_BYTES }).filter((value) => value !== '-c');
    const told = settings.filter((setting) => !/^(fsync|synchronous_commit|full_page_writes|log_line_prefix)=/.test(setting));
    expect(service('postgres').command).toEqual(['postgres', ...told.flatMap((setting) => ['-c', setting])]);
  });

  test('has Prometheus look at every service', () => {
    const listed: readonly { readonly targets: readonly string[]; readonly labels: { readonly service: string } }[] = JSON.parse(
      readFileSync(new URL('../../deploy/compose/targets/services.json', import.meta.url), 'utf8'),
    );
    expect(listed.map(({ targets, labels }) => [labels.service, ...targets])).toEqual(SERVICES.map((name) => [name, `${name}:9464`]));
  });

  test('mounts only what is there', () => {
    const mounted = Object.values(services).flatMap(({ volumes = [] }) => volumes.filter(({ type }) => type === 'bind'));
    expect(mounted.map(({ source }) => source).filter((source) => !existsSync(source))).toEqual([]);
  });

  test.each(Object.keys(ENV))('says so when %s is not set', async (missing) => {
    const rest = Object.fromEntries(Object.entries(ENV).filter(([name]) => name !== missing));
    await expect(config(rest)).rejects.toThrow(new RegExp(`${missing}.*set it in .env`));
  });
});
