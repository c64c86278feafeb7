/**
 * `npm run bench`: the whole pipeline on its own fresh infrastructure. Prints what it does and finds, and one JSON object as the
 * last line. `npm run bench -- drain paced kill scale store match rules timers wake` chooses parts; `--leads N` sets how many leads a
 * drain has. `match` and `rules` need no infrastructure.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type BenchCluster, startBenchCluster } from './bench-cluster.ts';
import { benchRuleSetSource } from './bench-rule-set.ts';
import { type DrainResult, drain } from './drain.ts';
import { match } from './match.ts';
import { fillHistory } from './old-decisions.ts';
import { paced } from './paced.ts';
import { rules } from './rules.ts';
import { timers } from './timers.ts';
import { type Waits, wake } from './wake.ts';

const PARTS = ['drain', 'paced', 'kill', 'scale', 'store', 'match', 'rules', 'timers', 'wake'] as const;
type Part = (typeof PARTS)[number];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    leads: { type: 'string' },
    rate: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '60' },
    timers: { type: 'string', default: '10000' },
    old: { type: 'string', default: '10000000' },
  },
});
const unknown = positionals.filter((name) => !PARTS.some((part) => part === name));
if (unknown.length > 0) {
  process.stderr.write(`bench: unknown part ${unknown.join(', ')}; there are ${PARTS.join(', ')}\n`);
  process.exit(64);
}
const chosen = PARTS.filter((part) => positionals.length === 0 || positionals.includes(part));
/** Drains that are compared are longer: compiling, and the log's whole pages after a checkpoint, weigh less. */
const LEADS = { alone: Number(values.leads ?? 200_000), compared: Number(values.leads ?? 500_000) } as const;
const say = (line: string) => process.stdout.write(`${line}\n`);

const folder = await mkdtemp(join(tmpdir(), 'lead-router-bench-rules-'));
const ruleSetFile = join(folder, 'rules.yaml');
await writeFile(ruleSetFile, benchRuleSetSource({ rules: 50, pools: 20, agentsPerPool: 10 }));
let current: BenchCluster | null = null;
const leave = async (code: number) => {
  await current?.stop();
  await rm(folder, { recursive: true, force: true });
  process.exit(code);
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void leave(1));

async function onFreshCluster<T>(name: string, measure: (cluster: BenchCluster) => Promise<T>): Promise<T> {
  say(`\n${name}`);
  const cluster = await startBenchCluster({ ruleSetFile, onProgress: (line) => say(`  ${line}`) });
  current = cluster;
  try {
    return await measure(cluster);
  } finally {
    current = null;
    await cluster.stop();
  }
}

interface DrainSetting {
  readonly leads: number;
  readonly routers: number;
  readonly kill?: boolean;
  readonly oldDecisions?: number;
}

const drainWith = ({ leads, routers, kill = false, oldDecisions: decisions = 0 }: DrainSetting) =>
  onFreshCluster(
    `drain: ${leads} leads, ${routers} router${routers === 1 ? '' : 's'}${kill ? ', kill -9 in the middle' : ''}${decisions > 0 ? `, ${decisions} old decisions` : ''}`,
    async (cluster) => {
      const onProgress = (line: string) => say(`  ${line}`);
      if (decisions > 0) await fillHistory(cluster.infrastructure.addresses.databaseUrl, { decisions, onProgress });
      const result = await drain(cluster, {
        leads,
        instances: { router: routers },
        onProgress,
        ...(kill ? { killRouterAt: Math.floor(leads / 3) } : {}),
      });
      sayDrain(result);
      return result;
    },
  );

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

function sayDrain(result: DrainResult): void {
  say(
    `  ${Math.round(result.leadsPerSecond)} leads/s over ${result.seconds.toFixed(1)} s; longest gap ${result.longestGapSeconds.toFixed(2)} s; lost ${result.lost}, doubled ${result.doubled}`,
  );
  if (result.kept !== null) {
    const { bytes, decisions, batches } = result.kept;
    say(
      `  a decision costs ${Math.round(bytes / decisions)} bytes in Postgres with its share of the batch, at ${Math.round(decisions / batches)} decisions a batch`,
    );
  }
  for (const [name, { cpuSeconds, peakBytes }] of Object.entries(result.usage)) {
    say(
      `  ${name.padEnd(14)} ${((cpuSeconds * 100_000) / result.leads).toFixed(1).padStart(6)} CPU-s per 100,000 leads, peak ${Math.round(peakBytes / 2 ** 20)} MiB`,
    );
  }
}

/** Once a run, though several parts show it. */
function once<Result>(measure: () => Promise<Result>): () => Promise<Result> {
  let measured: Promise<Result> | null = null;
  return () => {
    measured ??= measure();
    return measured;
  };
}

/** Also what warms the machine for those that are compared: whatever it is over, the first drain of a run may be slower. */
const first = once(() => drainWith({ leads: LEADS.alone, routers: 1 }));

const comparedWith = (setting: Omit<DrainSetting, 'leads'>) => drainWith({ ...setting, leads: LEADS.compared });

const scale = once(async () => {
  await first();
  const one = await comparedWith({ routers: 1 });
  const two = await comparedWith({ routers: 2 });
  const four = await comparedWith({ routers: 4 });
  const ratio = { two: two.leadsPerSecond / one.leadsPerSecond, four: four.leadsPerSecond / one.leadsPerSecond };
  say(`  2 routers ${ratio.two.toFixed(2)} of one, 4 routers ${ratio.four.toFixed(2)} of one`);
  return { one, two, four, ratio };
});

const parts: Readonly<Record<Part, () => Promise<unknown>>> = {
  drain: first,
  paced: () =>
    onFreshCluster(`paced: ${values.rate} leads/s`, async (cluster) => {
      const result = await paced(cluster, {
        leadsPerSecond: Number(values.rate),
        seconds: Number(values.seconds),
        warmUpSeconds: 10,
        onProgress: (line) => say(`  ${line}`),
      });
      for (const [name, { p50Ms, p99Ms, maxMs }] of [
        ['decided', result.decided],
        ['visible', result.visible],
      ] as const) {
        say(`  ${name}: p50 ${p50Ms} ms, p99 ${p99Ms} ms, max ${maxMs} ms`);
      }
      return result;
    }),
  kill: () => drainWith({ leads: LEADS.alone, routers: 1, kill: true }),
  scale,
  store: async () => {
    const { one, two, four, ratio } = await scale();
    const old = await comparedWith({ routers: 1, oldDecisions: Number(values.old) });
    const again = await comparedWith({ routers: 1 });
    const withOld = old.leadsPerSecond / ((one.leadsPerSecond + again.leadsPerSecond) / 2);
    say(`  with ${values.old} old decisions ${withOld.toFixed(2)} of empty tables, before and after`);
    return { one, two, four, old, again, ratio: { ...ratio, withOld } };
  },
  timers: () =>
    onFreshCluster(`timers: ${values.timers} due at one instant`, async (cluster) => {
      const result = await timers(cluster, { leads: Number(values.timers), watchdogs: 2, onProgress: (line) => say(`  ${line}`) });
      say(
        `  fired within ${result.firedSeconds.toFixed(2)} s, decided within ${result.decidedSeconds.toFixed(2)} s; repeats ${result.repeats}, wrong ${result.wrong}`,
      );
      return result;
    }),
  wake: async () => {
    say('\nwake: leads that wait for a place');
    // The system runs as `npm start` has it, from local processes.
    process.env.LEAD_ROUTER_PREFER = 'local';
    const result = await wake({ turns: 20, queue: 200, onProgress: (line) => say(`  ${line}`) });
    const words = ({ p50Ms, maxMs }: Waits): string => `p50 ${p50Ms} ms, max ${maxMs} ms`;
    say(
      `  one waiter, one place: ${words(result.single)}; 200 at once: ${words(result.freed)}; 200 as an office opens: ${words(result.opened)}`,
    );
    return result;
  },
  rules: async () => {
    say('\nrules');
    const result = await rules({ onProgress: (line) => say(`  ${line}`) });
    say(
      `  with the most rules a lead costs ${result.growth.toFixed(2)} times what it costs with the fewest; all engines came to the same decisions`,
    );
    return result;
  },
  match: async () => {
    say('\nmatch');
    const result = match({ accounts: 100_000, onProgress: (line) => say(`  ${line}`) });
    const { plain, withAccounts, withLanguage } = result.enrichMicros;
    say(
      `  loaded in ${result.loadSeconds.toFixed(1)} s (${result.loadCpuSeconds.toFixed(1)} s of CPU); ${Math.round(result.matchesPerSecond)} matches/s on one core`,
    );
    say(
      `  found ${percent(result.found)} of those meant, ${percent(result.mistaken)} wrongly; an account for ${percent(result.foundForStrangers)} of strangers`,
    );
    const { precision, recall, matchesPerSecond } = result.labelled;
    say(
      `  real names with errors: precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)}, ${Math.round(matchesPerSecond)} matches/s on one core`,
    );
    say(
      `  enrich: ${plain.toFixed(1)} microseconds a lead, ${withAccounts.toFixed(1)} with the accounts, ${withLanguage.toFixed(1)} with languages`,
    );
    return result;
  },
};

try {
  const results: Record<string, unknown> = { machine: { cpus: cpus().length, memoryBytes: totalmem(), node: process.version } };
  for (const part of chosen) results[part] = await parts[part]();
  say(JSON.stringify(results));
  await leave(0);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.stack : String(error)}\n`);
  await leave(1);
}
