/**
 * `npm start`: the whole system on this machine with the sample streaming in, and a live view. With `--drain` it ends by itself
 * after the sample, and its exit code says whether the audit balances.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openVendorEncoder } from '@lead-router/contracts/vendor-encoder.ts';
import { SAMPLE_COUNT } from '../sample/sample-leads.ts';
import { sampleVendors } from '../sample/vendors.ts';
import { drainSystem } from './drain-system.ts';
import { DEMO_VENDOR } from './prepare-vendors.ts';
import { createSnapshotReader } from './read-snapshot.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';
import { type SampleProgress, streamSample } from './sample-stream.ts';
import { type System, startSystem } from './system.ts';
import { createJsonLines, createScreen, type Screen } from './terminal-screen.ts';

export interface UpOptions {
  readonly dataFolder: string;
  readonly drain: boolean;
  /** How many leads of the sample; 0 for none. */
  readonly leads: number;
  readonly leadsPerSecond: number;
  readonly ruleSetFile?: string;
  /** One JSON object a line instead of the live view. */
  readonly json: boolean;
}

export const DEFAULT_UP: UpOptions = { dataFolder: '.data/default', drain: false, leads: SAMPLE_COUNT, leadsPerSecond: 1_000, json: false };

const VIEW_MS = 1_000;
const SETTLE_MS = 250;

/** Resolves with the exit code once everything has stopped. */
export async function up(options: UpOptions, signal: AbortSignal): Promise<number> {
  const startedAt = Date.now();
  const screen = options.json ? createJsonLines(process.stdout) : createScreen(process.stdout);
  const system = await startSystem({
    dataFolder: options.dataFolder,
    onProgress: (line) => screen.say(line),
    ...(options.ruleSetFile === undefined ? {} : { ruleSetFile: options.ruleSetFile }),
  });
  try {
    await writeRunFile(system, startedAt);
    sayHowToTry(system, (line) => screen.say(line));
    return await run(system, options, { signal, screen, startedAt });
  } finally {
    screen.close();
    await removeRunFile(system.infrastructure.dataFolder);
    await system.stop();
  }
}

interface Running {
  readonly signal: AbortSignal;
  readonly screen: Screen;
  readonly startedAt: number;
}

async function run(system: System, options: UpOptions, running: Running): Promise<number> {
  const { signal, screen, startedAt } = running;
  const progress: SampleProgress = { sent: 0, accepted: 0, repeats: 0, refused: new Map(), isDone: options.leads === 0 };
  const ending = new AbortController();
  const stopSample = AbortSignal.any([signal, ending.signal]);
  const sample = options.leads === 0 ? Promise.resolve() : startSample(system, options, { progress, signal: stopSample });
  const failed = sample.then(
    () => null,
    (error: unknown) => error,
  );
  const readSnapshot = createSnapshotReader({ ...system, sample: options.leads === 0 ? null : progress, startedAt });
  let hasDecided = false;
  let restarts = 0;
  try {
    while (!signal.aborted) {
      const snapshot = await readSnapshot();
      if (!hasDecided && snapshot.summary.total > 0) {
        hasDecided = true;
        screen.say(`first lead decided ${((Date.now() - startedAt) / 1000).toFixed(1)} s after the start`);
      }
      screen.show(snapshot);
      // A service that was started again listens elsewhere.
      if (snapshot.restarts !== restarts) await writeRunFile(system, startedAt);
      restarts = system.services.all.every(({ addresses }) => addresses().metricsUrl !== undefined) ? snapshot.restarts : -1;
      const failure = await Promise.race([failed, sleep(hasDecided ? VIEW_MS : SETTLE_MS, undefined)]);
      if (failure) throw failure;
      if (progress.isDone && options.drain) return await drainSystem(system, { screen, signal, readSnapshot });
    }
    return 0;
  } finally {
    ending.abort();
    await failed;
  }
}

async function startSample(
  system: System,
  options: UpOptions,
  at: { readonly progress: SampleProgress; readonly signal: AbortSignal },
): Promise<void> {
  const byKafka = sampleVendors.filter(({ door }) => door === 'kafka');
  const registryUrl = system.infrastructure.addresses.schemaRegistryUrl;
  const encoders = await Promise.all(
    byKafka.map(async ({ name }) => [name, await openVendorEncoder({ registryUrl, vendor: name })] as const),
  );
  const producer = await system.kafka.producer();
  try {
    await streamSample(
      {
        count: options.leads,
        leadsPerSecond: options.leadsPerSecond,
        gatewayUrl: system.gatewayUrl,
        apiKeys: new Map(Object.entries(system.secrets.apiKeys)),
        encoders: new Map(encoders),
        producer,
        signal: at.signal,
      },
      at.progress,
    );
  } finally {
    await producer.disconnect();
  }
}

function sayHowToTry(system: System, say: (line: string) => void): void {
  const key = system.secrets.apiKeys[DEMO_VENDOR];
  say(`gateway: ${system.gatewayUrl()} (OpenAPI at /openapi.json)`);
  say(
    `try a lead: curl -s ${system.gatewayUrl()}/v1/leads -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '{"vendorReference":"my-1","company":{"name":"IBM"},"person":{"email":"ann@example.org"}}'`,
  );
  say('then: npx lead-router explain LEAD_ID');
}
