/** Streams the sample in as its vendors would: two by HTTP in batches of lines, one by Kafka, each at its own pace. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { VendorEncoder } from '@lead-router/contracts/vendor-encoder.ts';
import type { OutgoingRecord, RecordProducer } from '@lead-router/stream/kafka-port.ts';
import { type SampleLead, sampleLeads } from '../sample/sample-leads.ts';
import { sampleVendors } from '../sample/vendors.ts';

export interface SampleStreamOptions {
  /** Of leads from the beginning of the sample on, those of earlier runs included. */
  readonly count: number;
  /** By vendor, the place of the first lead that it has still to send. Absent: 0. */
  readonly from?: ReadonlyMap<string, number>;
  /** All vendors together. */
  readonly leadsPerSecond: number;
  readonly gatewayUrl: () => string | undefined;
  /** By vendor, for those with an HTTP door. */
  readonly apiKeys: ReadonlyMap<string, string>;
  /** By vendor, for those with a Kafka door. */
  readonly encoders: ReadonlyMap<string, VendorEncoder>;
  readonly producer: Pick<RecordProducer, 'send'>;
  /** Told of each batch once its door has it. */
  readonly onDelivered?: (batch: readonly SampleLead[]) => void;
  readonly signal: AbortSignal;
}

export interface SampleProgress {
  /** Leads, lines and records handed over so far. */
  sent: number;
  /** Lines that the gateway accepted, repeats included. */
  accepted: number;
  repeats: number;
  /** Lines that the gateway refused, by code. */
  readonly refused: Map<string, number>;
  isDone: boolean;
}

const BATCH_LINES = 50;
const RETRY_MS = 500;
const TICK_MS = 20;

/** Resolves when all is sent, or the signal aborts. `progress` is kept current meanwhile. */
export async function streamSample(options: SampleStreamOptions, progress: SampleProgress): Promise<void> {
  const startedAt = Date.now();
  const waiting = new Map<string, SampleLead[]>();
  const placeOf = (vendor: string): number => options.from?.get(vendor) ?? 0;
  const from = Math.min(options.count, ...sampleVendors.map(({ name }) => placeOf(name)));
  let due = 0;
  for (const lead of sampleLeads({ from, count: options.count - from })) {
    if (options.signal.aborted) return;
    if (lead.index < placeOf(lead.vendor)) continue;
    due += 1;
    const batch = waiting.get(lead.vendor) ?? [];
    batch.push(lead);
    waiting.set(lead.vendor, batch);
    if (batch.length < BATCH_LINES) continue;
    waiting.delete(lead.vendor);
    await deliver(options, batch, progress);
    const aheadMs = (due * 1000) / options.leadsPerSecond - (Date.now() - startedAt);
    if (aheadMs > TICK_MS) await sleep(aheadMs, undefined, { signal: options.signal }).catch(() => undefined);
  }
  for (const batch of waiting.values()) await deliver(options, batch, progress);
  progress.isDone = !options.signal.aborted;
}

async function deliver(options: SampleStreamOptions, batch: readonly SampleLead[], progress: SampleProgress): Promise<void> {
  const lines: string[] = [];
  const records: OutgoingRecord[] = [];
  for (const lead of batch) {
    if (lead.door === 'http') lines.push(lead.text);
    else records.push(await toRecord(options, lead));
  }
  if (records.length > 0) await options.producer.send(records);
  const [first] = batch;
  if (lines.length > 0 && first) {
    const idempotencyKey = `sample-${first.vendor}-${first.index}-${batch.at(-1)?.index}`;
    const results = await post(options, { vendor: first.vendor, idempotencyKey, lines });
    if (results === null) return;
    countResults(results, progress);
  }
  progress.sent += batch.length;
  options.onDelivered?.(batch);
}

async function toRecord(options: SampleStreamOptions, lead: SampleLead & { readonly door: 'kafka' }): Promise<OutgoingRecord> {
  const encoder = options.encoders.get(lead.vendor);
  if (!encoder) throw new Error(`the sample's vendor ${lead.vendor} has no intake topic`);
  const value = lead.kind === 'bytes' ? Buffer.from(lead.bytes) : await encoder.encode(lead.intake);
  return { topic: encoder.topic, key: null, value };
}

/** As a vendor should: the same request with the same idempotency key until there is an answer. null: the signal aborted before. */
async function post(options: SampleStreamOptions, request: Batch): Promise<readonly LineResult[] | null> {
  while (!options.signal.aborted) {
    const results = await tryPost(options, request);
    if (results) return results;
    await sleep(RETRY_MS, undefined, { signal: options.signal }).catch(() => undefined);
  }
  return null;
}

interface Batch {
  readonly vendor: string;
  /** The same for the same lines, whenever they are sent. */
  readonly idempotencyKey: string;
  readonly lines: readonly string[];
}

type LineResult =
  | { readonly status: 'accepted' | 'repeat' }
  | { readonly status: 'refused'; readonly faults: readonly { readonly code: string }[] };

/** A 202 has what became of each line in `leads`, the error of a request of which every line was refused in `error.lines`. */
interface LeadsAnswer {
  readonly leads?: readonly LineResult[];
  readonly error?: { readonly code: string; readonly lines?: readonly LineResult[] };
}

/** null when the gateway is away or asks to come again. */
async function tryPost(options: SampleStreamOptions, { vendor, idempotencyKey, lines }: Batch): Promise<readonly LineResult[] | null> {
  const url = options.gatewayUrl();
  if (url === undefined) return null;
  try {
    const response = await fetch(`${url}/v1/leads`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-ndjson',
        authorization: `Bearer ${options.apiKeys.get(vendor)}`,
        'idempotency-key': idempotencyKey,
      },
      body: lines.join('\n'),
      signal: options.signal,
    });
    if (response.status >= 500 || response.status === 409 || response.status === 429) {
      await response.body?.cancel();
      return null;
    }
    const { leads, error } = (await response.json()) as LeadsAnswer;
    return (
      leads ?? error?.lines ?? lines.map(() => ({ status: 'refused', faults: [{ code: error?.code ?? `status ${response.status}` }] }))
    );
  } catch {
    return null;
  }
}

/** Each refused line counts once, under its first fault. */
function countResults(results: readonly LineResult[], progress: SampleProgress): void {
  for (const result of results) {
    if (result.status === 'refused') {
      count(progress.refused, result.faults[0]?.code ?? 'unknown');
      continue;
    }
    progress.accepted += 1;
    if (result.status === 'repeat') progress.repeats += 1;
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
