/**
 * `npm start`: the whole system on this machine with the sample streaming in, and a live view. With `--drain` it ends by itself
 * after the sample, and its exit code says whether the audit balances.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreFault } from '@lead-router/store/router-store.ts';
import { readLeadSummary } from '@lead-router/store/summary-store.ts';
import { KafkaFault } from '@lead-router/stream/kafka-port.ts';
import { SAMPLE_COUNT } from '../sample/sample-leads.ts';
import { drainSystem } from './drain-system.ts';
import type { ImportProgress } from './import-contacts.ts';
import type { Snapshot } from './pipeline-view.ts';
import { DEMO_VENDOR } from './prepare-vendors.ts';
import { createSnapshotReader } from './read-snapshot.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';
import { endOf, hasReached, noMarks, readSampleMarks, type SampleMarks } from './sample-marks.ts';
import { startSample } from './start-sample.ts';
import { type System, startSystem } from './system.ts';
import { createJsonLines, createScreen, type Screen } from './terminal-screen.ts';
import type { WorkProgress } from './work-sample.ts';

export interface UpOptions {
  readonly dataFolder: string;
  readonly drain: boolean;
  /** How many leads of the sample's vendors, those of earlier runs on the data folder included; 0 for nothing at all. */
  readonly leads: number;
  /** So many leads more than earlier runs have sent. */
  readonly again: boolean;
  /** How many lines of the bank's file beside them. */
  readonly contacts: number;
  readonly leadsPerSecond: number;
  readonly ruleSetFile?: string;
  /** One JSON object a line instead of the live view. */
  readonly json: boolean;
}

/** 500 a second is what two cores carry with mails, webhooks and activities beside it; above that the view would show a queue, not the router. */
export const DEFAULT_UP: UpOptions = {
  dataFolder: '.data/default',
  drain: false,
  leads: SAMPLE_COUNT,
  again: false,
  contacts: Number.POSITIVE_INFINITY,
  leadsPerSecond: 500,
  json: false,
};

const VIEW_MS = 1_000;
const SETTLE_MS = 250;

/** Resolves with the exit code once everything has stopped. */
export async function up(options: UpOptions, signal: AbortSignal): Promise<number> {
  const startedAt = Date.now();
  const screen = options.json ? createJsonLines(process.stdout) : createScreen(process.stdout);
  const system = await startSystem({
    dataFolder: options.dataFolder,
    onProgress: (line) => screen.say(line),
    signal,
    ...(options.ruleSetFile === undefined ? {} : { ruleSetFile: options.ruleSetFile }),
  }).catch((error: unknown) => {
    if (signal.aborted && error === signal.reason) return null;
    throw error;
  });
  if (system === null) return 0;
  try {
    await writeRunFile(system, startedAt);
    sayHowToTry(system, screen);
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
  const { before, marks, leads, isSent } = await planSample(system, options);
  const { progress } = marks;
  const work: WorkProgress = { reported: new Map() };
  const imported: ImportProgress = { sent: 0, isDone: options.contacts === 0 };
  const ending = new AbortController();
  const stopSample = AbortSignal.any([signal, ending.signal]);
  const watched = options.leads === 0 ? { sample: null, work: null, imported: null } : { sample: progress, work, imported };
  const readSnapshot = patiently(createSnapshotReader({ ...system, ...watched, startedAt }), (line) => screen.say(line));
  const { contacts, leadsPerSecond, drain: isHurried } = options;
  if (before > 0 && options.leads > 0) screen.say(whatComes({ before, sent: progress.sent, isSent }));
  if (isSent) screen.say(`ready to decide ${secondsSince(startedAt)} s after the start`);
  const sample =
    options.leads === 0
      ? Promise.resolve()
      : startSample(system, {
          leads,
          contacts,
          leadsPerSecond,
          isHurried,
          isAnew: before === 0,
          marks,
          imported,
          work,
          signal: stopSample,
        });
  let isOver = false;
  const failed = sample.then(
    () => {
      isOver = true;
      return null;
    },
    (error: unknown) => error,
  );
  // The first one may then be anybody's, at any time.
  let hasDecided = isSent;
  let restarts = 0;
  try {
    while (!signal.aborted) {
      const snapshot = await readSnapshot();
      if (snapshot !== null) {
        if (!hasDecided && snapshot.summary.total > before) {
          hasDecided = true;
          screen.say(`first lead decided ${secondsSince(startedAt)} s after the start`);
        }
        screen.show(snapshot);
        // A service that was started again listens elsewhere.
        if (snapshot.restarts !== restarts) await writeRunFile(system, startedAt);
        restarts = system.services.all.every(({ addresses }) => addresses().metricsUrl !== undefined) ? snapshot.restarts : -1;
      }
      const pause = sleep(hasDecided ? VIEW_MS : SETTLE_MS);
      const failure = await Promise.race([failed, pause]);
      if (failure) throw failure;
      if (isOver && options.drain) return await drainSystem(system, { screen, signal, readSnapshot });
      // To look costs a pass over all leads: no more often once the sample is over, either.
      await pause;
    }
    return 0;
  } finally {
    ending.abort();
    await failed;
  }
}

/** Postgres or Kafka may be away for a moment, and come back: that is said, and no reason to end. */
function patiently(read: () => Promise<Snapshot>, say: (line: string) => void): () => Promise<Snapshot | null> {
  let said = '';
  return async () => {
    try {
      const snapshot = await read();
      said = '';
      return snapshot;
    } catch (error) {
      if (!(error instanceof StoreFault || error instanceof KafkaFault)) throw error;
      if (error.message !== said) say(`cannot look at the moment: ${error.message}`);
      said = error.message;
      return null;
    }
  };
}

interface SamplePlan {
  /** Leads that were decided in earlier runs. */
  readonly before: number;
  readonly marks: SampleMarks;
  /** How far the vendors are to come. */
  readonly leads: number;
  /** They have come so far already. */
  readonly isSent: boolean;
}

async function planSample({ pool, infrastructure }: System, options: UpOptions): Promise<SamplePlan> {
  const before = (await readLeadSummary(pool)).total;
  // Behind other addresses than before, the data folder tells of another system.
  const marks = before === 0 ? noMarks() : await readSampleMarks(infrastructure.dataFolder);
  const leads = options.again ? endOf(marks.next) + options.leads : options.leads;
  return { before, marks, leads, isSent: options.leads > 0 && hasReached(marks.next, leads) };
}

function whatComes({ before, sent, isSent }: Pick<SamplePlan, 'before' | 'isSent'> & { readonly sent: number }): string {
  const [here, known] = [before, sent].map((count) => count.toLocaleString('en-US'));
  return isSent
    ? `${here} leads are here from before, all ${known} of the sample among them (npm start -- --again sends more, npm run clean starts afresh)`
    : `${here} leads are here from before; the sample goes on behind the ${known} that were sent (npm run clean starts afresh)`;
}

const secondsSince = (startedAt: number): string => ((Date.now() - startedAt) / 1000).toFixed(1);

function sayHowToTry(system: System, screen: Screen): void {
  const gateway = system.gatewayUrl();
  const key = system.secrets.apiKeys[DEMO_VENDOR];
  screen.keep(`gateway: ${gateway} (OpenAPI at /openapi.json); key of the vendor ${DEMO_VENDOR}: ${key}`);
  const lead = '{"vendorReference":"my-1","company":{"name":"IBM"},"person":{"email":"ann@example.org"}}';
  screen.say(`try a lead: curl -s ${gateway}/v1/leads -H 'authorization: Bearer ${key}' -H 'content-type: application/json' -d '${lead}'`);
  screen.say('then: npx lead-router explain LEAD_ID');
}
