/**
 * The guarantee under a thousand schedules of faults. The seeds follow from the run's own; a failure names the seed and how to
 * replay it. An ingredient that never happened proves nothing, so it fails the test.
 */
import { expect, test } from 'vitest';
import { runSeeds } from './run-seeds.ts';
import { runSimulation } from './run-simulation.ts';
import { openCodecs } from './world.ts';

const SEEDS = 1_000;
/** A slow machine runs fewer, but never so few that it proves little. */
const BUDGET_MS = 420_000;
const FIRST_SEED = Number(process.env.TEST_SEED ?? 1) % 1_000_000_000;

/** Each with the words of the issue that ask for it. */
const INGREDIENTS: Readonly<Record<string, readonly string[]>> = {
  'crashes between any two steps': ['kill', 'emitted again', 'assigned again', 'member expired'],
  repeats: ['repeated upstream', 'repeat ignored', 'ignored LEAD_UNKNOWN', 'ignored TIMER_SUPERSEDED'],
  'any order': ['activity before its lead', 'ignored LEAD_NOT_YET_KNOWN', 'early activity applied'],
  'lost commit answers': [
    'kafka answer lost',
    'kafka request lost',
    'postgres commit answer lost',
    'postgres commit lost',
    'postgres commit late',
  ],
  zombies: ['freeze', 'fenced', 'fenced an open transaction', 'transaction time-out', 'idle transaction ended'],
  'serialization failures': ['postgres serialization failure', 'retried conflict', 'lock wait', 'lock time-out'],
  'slow disks': ['delay'],
  'torn and late requests': [
    'kafka send torn',
    'kafka request late',
    'postgres connection lost',
    'postgres refused',
    'postgres answer lost',
  ],
  'bad values': ['dead letter', 'retried refused-value'],
  'rule sets': ['rules flipped', 'retried rule-set-moved'],
  'waiting and clocks': ['wake-up', 'timers fired', 'watchdog round failed', 'ignored NOT_WAITING', 'retried missing-locks'],
  'agents who come and go': ['agent away', 'agent away for a while', 'agent back', 'word repeated'],
  'rebalances and restarts': ['rebalance', 'stop'],
  'all that batches wrote, made again': ['outputs made again', 'outcomes counted', 'account has an owner', 'account changed hands'],
};

test('the guarantee holds, whatever dies, whenever', { timeout: BUDGET_MS + 60_000 }, async () => {
  const { runs, steps, elapsedMs, violation, counts } = await runSeeds({ seeds: SEEDS, from: FIRST_SEED, budgetMs: BUDGET_MS });
  const happened = Object.entries(counts).map(([name, count]) => `${name} ${count}`);
  process.stdout.write(
    `simulation: seeds ${FIRST_SEED} to ${FIRST_SEED + runs - 1}, ${runs} of ${SEEDS} runs, ${steps} steps, ${Math.round((runs * 1_000) / elapsedMs)} runs/s; ${happened.join(', ')}\n`,
  );
  expect(violation, `replay: node test/simulation/simulate.ts --seed ${violation?.seed}`).toBeNull();
  expect(runs).toBe(SEEDS);
  const never = Object.values(INGREDIENTS).flatMap((names) => names.filter((name) => (counts[name] ?? 0) === 0));
  expect(never, 'ingredients that never happened').toEqual([]);
});

test('a seed is the whole run', async () => {
  const codecs = await openCodecs();
  for (const seed of [FIRST_SEED, FIRST_SEED + 1, FIRST_SEED + 2]) {
    const first: string[] = [];
    const again: string[] = [];
    const run = await runSimulation(codecs, { seed, onStep: (line) => first.push(line) });
    const replay = await runSimulation(codecs, { seed, onStep: (line) => again.push(line) });
    expect(again).toEqual(first);
    expect(replay.traceHash).toBe(run.traceHash);
  }
});
