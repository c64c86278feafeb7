/**
 * A whole system under the sample's leads, with faults planted one after the other while they flow. What it reports comes from three
 * witnesses that do not know each other: the sample (which leads there must be), the topic of decisions as a read_committed consumer
 * sees it, and the audit.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditReport } from '@lead-router/cli/audit/audit-report.ts';
import { runAudit } from '@lead-router/cli/audit/run-audit.ts';
import type { ReplayReport } from '@lead-router/cli/replay/replay-records.ts';
import { sampleLeads } from '@lead-router/cli/sample/sample-leads.ts';
import { sampleVendors } from '@lead-router/cli/sample/vendors.ts';
import { readPipelineLag } from '@lead-router/cli/up/pipeline-lag.ts';
import { type SampleProgress, streamSample } from '@lead-router/cli/up/sample-stream.ts';
import { type System, type SystemOptions, startSystem } from '@lead-router/cli/up/system.ts';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { parseSubmission } from '@lead-router/contracts/parse-submission.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { openVendorEncoder } from '@lead-router/contracts/vendor-encoder.ts';
import { readDecisionCost } from '@lead-router/store/recorded-batches.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import { statement } from '@lead-router/store/statement.ts';
import { KafkaFault, type RecordProducer } from '@lead-router/stream/kafka-port.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import { replayAtRest } from './replay-at-rest.ts';

export interface Fault {
  readonly name: string;
  /** Planted once so many leads are decided, and the one before is over. */
  readonly atDecided: number;
  /** Resolves when what was broken runs again. */
  readonly inflict: (system: System) => Promise<void>;
}

export interface FaultRunOptions {
  readonly dataFolder: string;
  readonly leads: number;
  readonly leadsPerSecond: number;
  readonly faults: readonly Fault[];
  readonly instances?: SystemOptions['instances'];
  readonly ruleSetFile?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A last look at the system, once everything is at rest. */
  readonly inspect?: (system: System) => Promise<void>;
  readonly onProgress: (line: string) => void;
}

export interface FaultReport {
  /** By the sample: every lead that some vendor was promised. */
  readonly expected: number;
  /** Of those: without a decision that a read_committed consumer sees. */
  readonly lost: readonly string[];
  /** `leadId/revision` of decisions that such a consumer sees more than once. */
  readonly doubled: readonly string[];
  /** Decided, and in no vendor's sample. */
  readonly unexpected: readonly string[];
  readonly audit: AuditReport;
  /** Every decision of the run, made again from its record. */
  readonly replay: ReplayReport;
  /** On disk, with its share of its batch's record, of indexes and of what is stored out of line. */
  readonly bytesPerDecision: number;
  /** Faults that found leads on their way. */
  readonly planted: readonly { readonly name: string; readonly decidedBefore: number; readonly seconds: number }[];
  readonly restarts: number;
  readonly seconds: number;
}

const POLL_MS = 250;
/** Longer than any time-out that a fault can run into, one after the other. */
const STALLED_MS = 90_000;
const COUNT = statement('fault-run-count', 'SELECT count(*)::integer AS decided FROM decisions WHERE revision = 1');

/** The system is stopped when it returns, whatever happened. Rejects when leads no longer flow. */
export async function runUnderFaults(options: FaultRunOptions): Promise<FaultReport> {
  const { onProgress } = options;
  const startedAt = Date.now();
  const ending = new AbortController();
  const { instances, ruleSetFile, env } = options;
  const system = await startSystem({
    dataFolder: options.dataFolder,
    onProgress,
    ...(instances ? { instances } : {}),
    ...(ruleSetFile === undefined ? {} : { ruleSetFile }),
    ...(env ? { env } : {}),
  });
  try {
    const progress: SampleProgress = { sent: 0, accepted: 0, repeats: 0, refused: new Map(), isDone: false };
    const streaming = startSample(system, options, { progress, signal: ending.signal });
    streaming.catch(() => undefined);
    const planted = await plantFaults(system, options, progress);
    await streaming;
    const audit = await auditAtRest(system, onProgress);
    const outcome = await compare(system, options.leads);
    const replay = await replayAtRest({ pool: system.pool, events: { kafka: system.kafka, schemas: schemasOf(system) } });
    const { bytes, decisions, batches } = await readDecisionCost(system.pool);
    const bytesPerDecision = bytes / decisions;
    onProgress(
      `a decision costs ${Math.round(bytesPerDecision)} bytes in Postgres, at ${(decisions / batches).toFixed(1)} decisions a batch`,
    );
    await options.inspect?.(system);
    const restarts = system.services.all.reduce((sum, service) => sum + service.restarts(), 0);
    return { ...outcome, audit, replay, bytesPerDecision, planted, restarts, seconds: (Date.now() - startedAt) / 1000 };
  } finally {
    ending.abort();
    await system.stop();
  }
}

async function plantFaults(system: System, options: FaultRunOptions, progress: SampleProgress): Promise<FaultReport['planted']> {
  const planted: { name: string; decidedBefore: number; seconds: number }[] = [];
  for (const fault of options.faults) {
    const decidedBefore = await awaitDecided(system, fault.atDecided);
    const startedAt = Date.now();
    options.onProgress(`${fault.name}: after ${decidedBefore} decisions, ${progress.sent} sent`);
    await fault.inflict(system);
    const seconds = (Date.now() - startedAt) / 1000;
    options.onProgress(`${fault.name}: over after ${seconds.toFixed(1)} s`);
    planted.push({ name: fault.name, decidedBefore, seconds });
  }
  return planted;
}

export async function countDecided(system: System): Promise<number> {
  const [row] = await system.pool.run<{ decided: number }>(COUNT);
  return row?.decided ?? 0;
}

/** Rejects when the count stands still for too long. */
export async function awaitDecided(system: System, wanted: number): Promise<number> {
  let last = { decided: -1, at: Date.now() };
  for (;;) {
    const decided = await countDecided(system).catch(whileAway);
    if (decided !== null && decided >= wanted) return decided;
    if (decided !== null && decided > last.decided) last = { decided, at: Date.now() };
    if (Date.now() - last.at > STALLED_MS)
      throw new Error(`no decision for ${STALLED_MS / 1000} s: ${last.decided} of ${wanted} were made`);
    await sleep(POLL_MS);
  }
}

/** Audits until nothing is on its way any more; a report that does not balance is final. */
async function auditAtRest(system: System, onProgress: (line: string) => void): Promise<AuditReport> {
  const until = Date.now() + 2 * STALLED_MS;
  for (;;) {
    await awaitQuiet(system, until);
    const report = await runAudit({ ...system, schemas: schemasOf(system) }).catch(whileAway);
    if (report && (report.inFlight === 0 || !report.balances || Date.now() > until)) return report;
    if (report) onProgress(`in flight: ${JSON.stringify(report.inFlightOf)}`);
    await sleep(POLL_MS);
  }
}

async function awaitQuiet(system: System, until: number): Promise<void> {
  let quiet = 0;
  let before = -1;
  while (quiet < 3 && Date.now() < until) {
    const decided = await countDecided(system).catch(whileAway);
    const lag = await readPipelineLag(system.kafka).catch(whileAway);
    const behind = lag === null ? 1 : [...lag.values()].reduce((sum, value) => sum + value, 0);
    quiet = behind === 0 && decided === before ? quiet + 1 : 0;
    before = decided ?? -1;
    await sleep(POLL_MS);
  }
}

const whileAway = (error: unknown): null => {
  if (error instanceof StoreFault || error instanceof KafkaFault) return null;
  throw error;
};

const schemasOf = ({ infrastructure }: System) => createRegistrySchemas({ registryUrl: infrastructure.addresses.schemaRegistryUrl });

async function compare(system: System, leads: number): Promise<Pick<FaultReport, 'expected' | 'lost' | 'doubled' | 'unexpected'>> {
  const expected = expectedLeads(leads);
  /** By decision: where its events stand. */
  const events = new Map<string, readonly string[]>();
  const decided = await openTopicCodec(schemasOf(system), 'decided');
  await readTopic(system.kafka, {
    topic: TOPICS.decided.topic,
    groupId: `fault-run-${process.pid}`,
    onRecords: (records, partition) => {
      for (const { value, offset } of records) {
        if (value === null) continue;
        const { envelope, revision } = decided.decodePrefix(value).prefix;
        const key = `${envelope.leadId}/${revision}`;
        events.set(key, [...(events.get(key) ?? []), `${partition}:${offset}`]);
      }
    },
  });
  const firsts = new Set([...events.keys()].filter((key) => key.endsWith('/1')).map((key) => key.slice(0, key.indexOf('/'))));
  return {
    expected: expected.size,
    lost: [...expected].filter((leadId) => !firsts.has(leadId)),
    doubled: [...events].filter(([, places]) => places.length > 1).map(([key, places]) => `${key} at ${places.join(' and ')}`),
    unexpected: [...firsts].filter((leadId) => !expected.has(leadId)),
  };
}

export function expectedLeads(count: number): ReadonlySet<string> {
  const expected = new Set<string>();
  for (const sample of sampleLeads({ count })) {
    if (sample.expectation === 'refused') continue;
    const value: unknown = sample.door === 'http' ? JSON.parse(sample.text) : sample.kind === 'intake' ? sample.intake : null;
    const parsed = parseSubmission(value, { vendor: sample.vendor });
    if (!parsed.ok) throw new Error(`the sample's lead ${sample.index} is not what it should be`);
    expected.add(parsed.submission.leadId);
  }
  return expected;
}

async function startSample(
  system: System,
  options: FaultRunOptions,
  at: { readonly progress: SampleProgress; readonly signal: AbortSignal },
): Promise<void> {
  const registryUrl = system.infrastructure.addresses.schemaRegistryUrl;
  const byKafka = sampleVendors.filter(({ door }) => door === 'kafka');
  const encoders = await Promise.all(
    byKafka.map(async ({ name }) => [name, await openVendorEncoder({ registryUrl, vendor: name })] as const),
  );
  const producer = patientProducer(await system.kafka.producer(), at.signal);
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
}

/** As a vendor's own client: sends again until the broker is back. */
function patientProducer(producer: RecordProducer, signal: AbortSignal): Pick<RecordProducer, 'send'> {
  return {
    send: async (records) => {
      while (!signal.aborted) {
        const sent = await producer.send(records).then(() => true, whileAway);
        if (sent) return;
        await sleep(POLL_MS);
      }
    },
  };
}
