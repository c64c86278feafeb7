/** The at-least-once runtime on seeds: what enricher, scorer and notifier stand on. */
import { expect, test } from 'vitest';
import { runFlowSimulation } from './flow-simulation.ts';

const SEEDS = 300;
const EXERCISED = ['kill', 'freeze', 'rebalance', 'member expired', 'dependency down', 'kafka request lost', 'kafka answer lost'];

test('every record in has its outcome before its offset is committed, and outputs keep their order', { timeout: 120_000 }, async () => {
  const counts = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const run = await runFlowSimulation(seed);
    expect(run.violation, `seed ${seed}`).toBeNull();
    for (const [name, count] of run.counts) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  for (const name of EXERCISED) expect(counts.get(name) ?? 0, name).toBeGreaterThan(0);
});
