/**
 * The seeded fault simulator from the command line.
 *
 *   node test/simulation/simulate.ts --seeds 10000 --from 1 --jobs 2
 *   node test/simulation/simulate.ts --seed 4711            one run, with its trace
 *   node test/simulation/simulate.ts --bug no-fence --seeds 1000
 *
 * Exit code 0: the guarantee held in every run; 1: it did not, and the seed was printed; 64: wrong usage.
 */
import { fork } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { plantBug } from './planted-bugs.ts';
import { addReports, type SeedReport } from './seed-report.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const USAGE = 'usage: simulate.ts [--seeds N] [--from S] [--jobs J] [--seed X] [--bug NAME] [--json]';
const EXIT_VIOLATION = 1;
const EXIT_USAGE = 64;

interface Arguments {
  readonly seeds: number;
  readonly from: number;
  readonly jobs: number;
  readonly seed: number | null;
  readonly bug: string | null;
  readonly json: boolean;
}

async function main(): Promise<number> {
  const given = readArguments();
  if (given === null) {
    process.stderr.write(`${USAGE}\n`);
    return EXIT_USAGE;
  }
  if (given.jobs > 1) return report(given, await runJobs(given));
  if (given.bug !== null) plantBug(given.bug, REPOSITORY);
  // Not before the bug is planted.
  const { runSeeds, traceSeed } = await import('./run-seeds.ts');
  if (given.seed !== null) return traceSeed(given.seed, (line) => void process.stdout.write(`${line}\n`));
  return report(given, await runSeeds({ seeds: given.seeds, from: given.from }));
}

function readArguments(): Arguments | null {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: 'string', default: '1000' },
        from: { type: 'string', default: '1' },
        jobs: { type: 'string', default: '1' },
        seed: { type: 'string' },
        bug: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const numbers = [values.seeds, values.from, values.jobs, values.seed ?? '0'].map(Number);
    const [seeds = 0, from = 0, jobs = 0] = numbers;
    if (!numbers.every(Number.isSafeInteger) || seeds < 1 || jobs < 1) return null;
    return { seeds, from, jobs, seed: values.seed === undefined ? null : Number(values.seed), bug: values.bug ?? null, json: values.json };
  } catch {
    return null;
  }
}

/** The seeds shared among child processes; every one of them runs to its own first violation. */
async function runJobs({ seeds, from, jobs, bug }: Arguments): Promise<SeedReport> {
  const share = Math.ceil(seeds / jobs);
  const starts = Array.from({ length: jobs }, (_, n) => from + n * share);
  const reports = await Promise.all(
    starts.map((start) => {
      const count = Math.min(share, from + seeds - start);
      return runChild(['--seeds', String(count), '--from', String(start), '--json', ...(bug === null ? [] : ['--bug', bug])]);
    }),
  );
  return reports.reduce(addReports);
}

function runChild(args: readonly string[]): Promise<SeedReport> {
  return new Promise((resolveReport, reject) => {
    const child = fork(import.meta.filename, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', () => {
      const last = output.trim().split('\n').at(-1) ?? '';
      try {
        resolveReport(JSON.parse(last));
      } catch {
        reject(new Error(`a simulator ended without a report: ${output}`));
      }
    });
  });
}

function report(given: Arguments, result: SeedReport): number {
  if (given.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else process.stdout.write(`${describe(given, result)}\n`);
  return result.violation === null ? 0 : EXIT_VIOLATION;
}

function describe({ bug }: Arguments, { runs, steps, elapsedMs, violation, counts }: SeedReport): string {
  const happened = Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `  ${String(count).padStart(8)} ${name}`);
  const found =
    violation === null
      ? 'the guarantee held in every run'
      : `seed ${violation.seed}: ${violation.message}\nreplay: node test/simulation/simulate.ts --seed ${violation.seed}${bug === null ? '' : ` --bug ${bug}`}`;
  return [`${runs} runs, ${steps} steps, ${Math.round((runs * 1000) / Math.max(1, elapsedMs))} runs/s`, ...happened, found].join('\n');
}

process.exitCode = await main();
