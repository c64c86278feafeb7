import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ContainerRuntimeClient, getContainerRuntimeClient } from 'testcontainers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeUnless } from '../../../test/not-run.ts';
import { BASE_IMAGE, ensureLocalImage, hasImage } from '../../../test/support/local-images.ts';
import { DATA_LABEL, findContainerEngine } from './containers.ts';
import { ADDRESS_VARIABLES } from './external.ts';
import { startInfrastructure } from './infrastructure.ts';
import { PART_NAMES, type PartName } from './part-name.ts';
import { openPortBook } from './ports.ts';
import { probeKafkaBroker, probePostgres } from './probes.ts';

const onProgress = (): void => {};
const reason = await whyNot();

async function whyNot(): Promise<string | undefined> {
  if ((await findContainerEngine()) === undefined) return 'no container engine answers';
  const client = await getContainerRuntimeClient();
  return (await hasImage(client, BASE_IMAGE)) ? undefined : `the engine has no image ${BASE_IMAGE} to build on`;
}

describeUnless(reason, 'infrastructure of containers', () => {
  let folder: string;
  let client: ContainerRuntimeClient;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'lead-router-containers-'));
    client = await getContainerRuntimeClient();
    const addresses: readonly string[] = Object.values(ADDRESS_VARIABLES);
    env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !addresses.includes(name)));
    for (const part of PART_NAMES) env[`LEAD_ROUTER_${part.toUpperCase()}_IMAGE`] = await ensureLocalImage(part, client);
  }, 300_000);

  afterAll(async () => {
    expect(await (await findContainerEngine())?.removeData(folder)).toBe(6);
    await rm(folder, { recursive: true, force: true });
  });

  const containers = (dataFolder: string) =>
    client.container.dockerode.listContainers({ all: true, filters: { label: [`${DATA_LABEL}=${dataFolder}`] } });

  it('serves this machine only, keeps its data over a restart, tells a crash, leaves no container', { timeout: 120_000 }, async () => {
    const crashes: string[] = [];
    const onCrash = (part: PartName, detail: string): void => void crashes.push(`${part}: ${detail}`);
    const dataFolder = path.join(folder, 'served');
    const options = { dataFolder, env, onProgress, onCrash };
    const first = await startInfrastructure(options);
    expect(first.providers).toEqual({ kafka: 'containers', registry: 'containers', postgres: 'containers' });
    const { kafkaBrokers, schemaRegistryUrl, databaseUrl } = first.addresses;
    // In a container of the same engine it is the gateway of its network.
    const [host = '', kafkaPort] = kafkaBrokers[0]?.split(':') ?? [];
    expect(host).toMatch(/^(127\.0\.0\.1|10\..*|172\..*|192\.168\..*)$/);
    await probeKafkaBroker({ host, port: Number(kafkaPort), timeoutMs: 2_000 });
    await probePostgres({ host, port: Number(new URL(databaseUrl).port), timeoutMs: 2_000 });
    await fetch(`${schemaRegistryUrl}/subjects/kept/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ schema: '"string"' }),
    });

    const running = await containers(dataFolder);
    expect(running).toHaveLength(3);
    expect(new Set(running.flatMap(({ Ports }) => Ports.map(({ IP }) => IP)))).toEqual(new Set([host]));

    const broker = running.find(({ Image }) => Image === env.LEAD_ROUTER_KAFKA_IMAGE);
    await client.container.getById(broker?.Id ?? '').kill();
    while (crashes.length === 0) await sleep(20);
    expect(crashes[0]).toMatch(/^kafka: Kafka: its container ended unexpectedly by signal 9\. The last lines of .*kafka\.log:\n {2}\s*\S/);
    await first.stop();
    expect(await containers(dataFolder)).toEqual([]);
    expect(crashes).toHaveLength(1);

    const second = await startInfrastructure(options);
    expect(second.addresses).toEqual(first.addresses);
    expect(await (await fetch(`${schemaRegistryUrl}/subjects`)).json()).toEqual(['kept']);
    await second.stop();
  });

  it('goes when its parent is killed', { timeout: 60_000 }, async () => {
    const dataFolder = path.join(folder, 'killed');
    const script = fileURLToPath(new URL('serve.ts', import.meta.url));
    const parent = spawn(process.execPath, [script, '--data', dataFolder], { stdio: ['pipe', 'pipe', 'ignore'], env });
    await new Promise<string>((resolve) => createInterface({ input: parent.stdout }).once('line', resolve));
    expect(await containers(dataFolder)).toHaveLength(3);
    parent.kill('SIGKILL');
    while ((await containers(dataFolder)).length > 0) await sleep(50);
  });

  it('leaves a part whose image cannot be had to the next provider', { timeout: 60_000 }, async () => {
    const engine = await findContainerEngine();
    const said: string[] = [];
    const options = {
      dataFolder: folder,
      ports: await openPortBook(folder),
      env: { LEAD_ROUTER_REGISTRY_IMAGE: '127.0.0.1:19999/nothing:1' },
      memory: true,
      onProgress: (line: string) => said.push(line),
      onCrash: () => {},
    };
    expect(await engine?.start('registry', options)).toBeUndefined();
    expect(said.join('\n')).toContain('127.0.0.1:19999/nothing:1 cannot be had');
  });
});
