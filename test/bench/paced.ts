/**
 * Measurement (b): leads at a steady pace, each at its scheduled time; latencies count from that time, so that a pause of anything
 * (of this process too) shows as latency and is not omitted.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Submission } from '@lead-router/contracts/parse-submission.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { BenchCluster } from './bench-cluster.ts';
import { benchSubmissions, submittedRecord } from './bench-leads.ts';

export interface PacedOptions {
  readonly leadsPerSecond: number;
  readonly seconds: number;
  /** Before it counts: caches, connections, compiled code. */
  readonly warmUpSeconds: number;
  readonly onProgress: (line: string) => void;
}

export interface Latencies {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

export interface PacedResult {
  readonly leads: number;
  /** To the instant at which the router decided. */
  readonly decided: Latencies;
  /** To the arrival of the event at a read_committed consumer in another process than the router. */
  readonly visible: Latencies;
}

const TICK_MS = 5;
const PATIENCE_MS = 60_000;

export async function paced(cluster: BenchCluster, options: PacedOptions): Promise<PacedResult> {
  const total = options.leadsPerSecond * (options.seconds + options.warmUpSeconds);
  const warmUp = options.leadsPerSecond * options.warmUpSeconds;
  const submissions = [...benchSubmissions(total)];
  await cluster.startServices();
  const measured = new Set(submissions.slice(warmUp).map(({ leadId }) => leadId as string));
  const decided: number[] = [];
  const visible: number[] = [];
  const consumer = cluster.kafka.consumer({ groupId: `bench-visible-${process.pid}`, topics: [TOPICS.decided.topic] });
  await consumer.start(async (batch) => {
    const now = Date.now();
    for (const { value } of batch.records) {
      if (value === null) continue;
      const { prefix } = cluster.decided.decodePrefix(value);
      if (prefix.revision !== 1 || !measured.has(prefix.envelope.leadId)) continue;
      decided.push(prefix.decidedAt - prefix.submittedAt);
      visible.push(now - prefix.submittedAt);
    }
  });
  options.onProgress(`${options.leadsPerSecond} leads/s for ${options.seconds} s, after ${options.warmUpSeconds} s to warm up`);
  await send(cluster, submissions, options.leadsPerSecond);
  const deadline = Date.now() + PATIENCE_MS;
  while (visible.length < measured.size && Date.now() < deadline) await sleep(TICK_MS);
  await consumer.stop();
  if (visible.length < measured.size)
    throw new Error(`${measured.size - visible.length} leads were not visible ${PATIENCE_MS / 1000} s after the last was sent`);
  return { leads: measured.size, decided: latencies(decided), visible: latencies(visible) };
}

/** Every lead bears its scheduled time; a tick sends all that are due, while earlier sends may still be under way. */
async function send(cluster: BenchCluster, submissions: readonly Submission[], leadsPerSecond: number): Promise<void> {
  const producer = await cluster.kafka.producer();
  const startAt = Date.now() + TICK_MS;
  const scheduled = (index: number) => startAt + (index * 1000) / leadsPerSecond;
  const sends: Promise<void>[] = [];
  for (let next = 0; next < submissions.length; ) {
    const now = Date.now();
    const due = [];
    for (let submission = submissions[next]; submission && scheduled(next) <= now; submission = submissions[next]) {
      due.push(submittedRecord(cluster.submitted, submission, Math.round(scheduled(next))));
      next += 1;
    }
    if (due.length > 0) sends.push(producer.send(due));
    await sleep(TICK_MS);
  }
  await Promise.all(sends);
  await producer.disconnect();
}

function latencies(values: readonly number[]): Latencies {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}
