/** Measurements (a), (c) and (d): how fast a preloaded backlog is decided, at what cost, and what a kill in the middle does. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServiceName, ServiceProcesses } from '@lead-router/cli/up/service-processes.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { type DecisionCost, readDecisionCost } from '@lead-router/store/recorded-batches.ts';
import { type Statement, statement } from '@lead-router/store/statement.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import type { BenchCluster } from './bench-cluster.ts';
import { preload } from './bench-leads.ts';
import { type Usage, usageOf } from './process-usage.ts';

export interface DrainOptions {
  readonly leads: number;
  readonly instances?: Partial<Record<ServiceName, number>>;
  /** kill -9 of a router when so many are decided; the watcher starts it again at once. */
  readonly killRouterAt?: number;
  readonly onProgress: (line: string) => void;
}

export interface DrainResult {
  readonly leads: number;
  readonly meanBytes: number;
  readonly leadsPerSecond: number;
  /** From the first decision to the last. */
  readonly seconds: number;
  readonly longestGapSeconds: number;
  /** What the decisions and their batches take up in Postgres. Null: there are old ones among them. */
  readonly kept: DecisionCost | null;
  readonly lost: number;
  readonly doubled: number;
  /** By process: what the drain cost. */
  readonly usage: Readonly<Record<string, Usage>>;
}

/** Nearly free, and late by a second or ten: to look costs the drain nothing. Every lead of the benchmark is decided once. */
const ABOUT = statement(
  'bench-about',
  `SELECT coalesce(sum(n_tup_ins), 0)::integer AS decided FROM pg_stat_user_tables WHERE relname ~ '^decisions_'`,
);
/** Since the drain began: there may be old decisions. */
const COUNT = statement(
  'bench-count',
  'SELECT count(*)::integer AS decided FROM decisions WHERE revision = 1 AND decided_at >= to_timestamp($1::float8 / 1000)',
);
const SPAN = statement(
  'bench-span',
  `SELECT extract(epoch FROM max(decided_at) - min(decided_at))::float8 AS seconds, max(gap)::float8 AS gap
     FROM (SELECT decided_at, extract(epoch FROM decided_at - lag(decided_at) OVER (ORDER BY decided_at)) AS gap
             FROM decisions WHERE decided_at >= to_timestamp($1::float8 / 1000)) AS d`,
);
const POLL_MS = 250;
/** From this share on it is counted exactly. */
const ALMOST = 0.9;
const STALLED_MS = 120_000;

export async function drain(cluster: BenchCluster, options: DrainOptions): Promise<DrainResult> {
  const meanBytes = await preload(cluster, options.leads);
  options.onProgress(`preloaded ${options.leads} leads of ${Math.round(meanBytes)} bytes`);
  const before = await usageOfInfrastructure(cluster);
  const old = { decided: await decidedBy(cluster, ABOUT), at: Date.now() };
  const services = await cluster.startServices(options.instances);
  await awaitDecided(cluster, services, { ...options, old });
  const usage = difference(before, { ...(await usageOfInfrastructure(cluster)), ...(await usageOfServices(services)) });
  const { lost, doubled } = await countOutcomes(cluster, options.leads);
  await services.stop();
  const [span] = await cluster.pool.run<{ seconds: number; gap: number }>(SPAN, [old.at]);
  const seconds = span?.seconds ?? 0;
  return {
    leads: options.leads,
    meanBytes,
    seconds,
    leadsPerSecond: options.leads / seconds,
    longestGapSeconds: span?.gap ?? 0,
    kept: old.decided > 0 ? null : await readDecisionCost(cluster.pool),
    lost,
    doubled,
    usage,
  };
}

/** `old`: what there was before, and when it began. */
interface Awaited extends DrainOptions {
  readonly old: { readonly decided: number; readonly at: number };
}

async function awaitDecided(cluster: BenchCluster, services: ServiceProcesses, { old, ...options }: Awaited): Promise<void> {
  let killAt = options.killRouterAt ?? Number.POSITIVE_INFINITY;
  let last = { decided: 0, at: Date.now() };
  for (;;) {
    const about = (await decidedBy(cluster, ABOUT)) - old.decided;
    const decided = about < options.leads * ALMOST ? about : await decidedBy(cluster, COUNT, [old.at]);
    if (decided >= options.leads) return;
    if (decided > last.decided) last = { decided, at: Date.now() };
    if (Date.now() - last.at > STALLED_MS)
      throw new Error(`no decision for ${STALLED_MS / 1000} s; ${decided} of ${options.leads} were decided`);
    if (decided >= killAt) {
      killAt = Number.POSITIVE_INFINITY;
      options.onProgress(`kill -9 of the router after ${decided} decisions`);
      services.all.find(({ service }) => service === 'router')?.kill('SIGKILL');
    }
    await sleep(POLL_MS);
  }
}

async function decidedBy(cluster: BenchCluster, question: Statement, values: readonly number[] = []): Promise<number> {
  const [row] = await cluster.pool.run<{ decided: number }>(question, values);
  return row?.decided ?? 0;
}

/** Lost: without a visible event. Doubled: more than one for the first revision. Read committed, from the topic itself. */
async function countOutcomes(cluster: BenchCluster, leads: number): Promise<{ lost: number; doubled: number }> {
  const seen = new Map<string, number>();
  // The last batch's events become visible a moment after its rows.
  for (let attempt = 0; attempt < 20 && seen.size < leads; attempt++) {
    if (attempt > 0) await sleep(POLL_MS);
    seen.clear();
    await readTopic(cluster.kafka, {
      topic: TOPICS.decided.topic,
      groupId: `bench-outcomes-${process.pid}-${attempt}`,
      onRecords: (records) => {
        for (const { value } of records) {
          if (value === null) continue;
          const { prefix } = cluster.decided.decodePrefix(value);
          if (prefix.revision === 1) seen.set(prefix.envelope.leadId, (seen.get(prefix.envelope.leadId) ?? 0) + 1);
        }
      },
    });
  }
  return { lost: leads - seen.size, doubled: [...seen.values()].filter((count) => count > 1).length };
}

async function usageOfInfrastructure(cluster: BenchCluster): Promise<Record<string, Usage>> {
  const usage: Record<string, Usage> = {};
  for (const [name, part] of Object.entries(cluster.infrastructure.parts)) usage[name] = await usageOf(part.pid);
  return usage;
}

async function usageOfServices(services: ServiceProcesses): Promise<Record<string, Usage>> {
  const usage: Record<string, Usage> = {};
  for (const { instance, pid } of services.all) {
    const id = pid();
    if (id !== null) usage[instance] = await usageOf(id);
  }
  return usage;
}

function difference(before: Readonly<Record<string, Usage>>, after: Readonly<Record<string, Usage>>): Record<string, Usage> {
  return Object.fromEntries(
    Object.entries(after).map(([name, { cpuSeconds, peakBytes }]) => [
      name,
      { cpuSeconds: cpuSeconds - (before[name]?.cpuSeconds ?? 0), peakBytes },
    ]),
  );
}
