/** Many seeds in this process, up to the first that fails; or one, told step by step. */
import { runSimulation } from './run-simulation.ts';
import type { SeedReport } from './seed-report.ts';
import { openCodecs } from './world.ts';

export interface SeedRequest {
  readonly seeds: number;
  readonly from: number;
  /** Stops before another seed once so much has passed. */
  readonly budgetMs?: number;
}

export async function runSeeds({ seeds, from, budgetMs = Number.POSITIVE_INFINITY }: SeedRequest): Promise<SeedReport> {
  const codecs = await openCodecs();
  const startedAt = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAt);
  const counts: Record<string, number> = {};
  let runs = 0;
  let steps = 0;
  for (let seed = from; seed < from + seeds && elapsedMs() < budgetMs; seed++) {
    const run = await runSimulation(codecs, { seed });
    runs += 1;
    steps += run.steps;
    for (const [name, count] of run.counts) counts[name] = (counts[name] ?? 0) + count;
    if (run.violation !== null) return { runs, steps, elapsedMs: elapsedMs(), violation: { seed, message: run.violation }, counts };
  }
  return { runs, steps, elapsedMs: elapsedMs(), violation: null, counts };
}

/** Returns the exit code: 1 for a violation. */
export async function traceSeed(seed: number, write: (line: string) => void): Promise<number> {
  const run = await runSimulation(await openCodecs(), { seed, onStep: write });
  write(`seed ${seed}: ${run.steps} steps, trace ${run.traceHash.toString(16)}: ${run.violation ?? 'the guarantee held'}`);
  return run.violation === null ? 0 : 1;
}
