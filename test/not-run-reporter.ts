/** Prints the run's seed, each suite that could not run with its reason, and fails the run over a test that was skipped without one. */
import type { Reporter, TestModule } from 'vitest/node';

/** How a skipped test's note starts when it says why. */
export const NOT_RUN = 'not run: ';

export class NotRunReporter implements Reporter {
  onTestRunStart(): void {
    say(`seed ${process.env.TEST_SEED} (TEST_SEED=${process.env.TEST_SEED} repeats this run's properties)`);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]);
    const notes = skipped.map((test) => ({ name: test.fullName, note: noteOf(test.result()) }));
    const notRun = new Set(notes.flatMap(({ note }) => (note?.startsWith(NOT_RUN) ? [note] : [])));
    for (const line of notRun) say(line);
    if (notRun.size > 0) say(`${notRun.size} suites not run`);
    // A name pattern skips what it does not name; everything else needs a reason.
    const quiet = process.argv.some((argument) => argument === '-t' || argument.startsWith('--testNamePattern'))
      ? []
      : notes.filter(({ note }) => !note);
    for (const { name } of quiet) say(`skipped without a reason: ${name}`);
    if (quiet.length > 0) process.exitCode = 1;
  }
}

const noteOf = (result: unknown): string | undefined =>
  typeof result === 'object' && result !== null && 'note' in result && typeof result.note === 'string' ? result.note : undefined;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
