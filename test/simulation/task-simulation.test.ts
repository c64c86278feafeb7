/** The exactly-once tasks by themselves, on a thousand seeds: cheap, and a fault here lies below the router. */
import { expect, test } from 'vitest';
import { runTaskSimulation } from './task-simulation.ts';

const SEEDS = 1_000;
const EXERCISED = [
  'kill',
  'stop',
  'freeze',
  'rebalance',
  'delay',
  'member expired',
  'emitted again',
  'assigned again',
  'fenced',
  'fenced an open transaction',
  'transaction time-out',
  'kafka request lost',
  'kafka answer lost',
  'kafka request late',
  'kafka send torn',
  'postgres commit answer lost',
  'postgres commit late',
];

test('every record in has exactly one record out, whatever dies', { timeout: 60_000 }, async () => {
  const counts = new Map<string, number>();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const run = await runTaskSimulation(seed);
    expect(run.violation, `seed ${seed}`).toBeNull();
    for (const [name, count] of run.faultCounts) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  for (const name of EXERCISED) expect(counts.get(name) ?? 0, name).toBeGreaterThan(0);
});

test('a seed is the whole run', async () => {
  for (const seed of [7, 42, 4_711]) {
    const first: string[] = [];
    const again: string[] = [];
    const run = await runTaskSimulation(seed, (line) => first.push(line));
    const replay = await runTaskSimulation(seed, (line) => again.push(line));
    expect(again).toEqual(first);
    expect(replay.traceHash).toBe(run.traceHash);
  }
});
