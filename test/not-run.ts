/** For suites whose counterpart (containers, promtool, a browser, …) may be missing: never skipped quietly, always counted apart. */
import { describe, test } from 'vitest';
import { NOT_RUN } from './not-run-reporter.ts';

/**
 * A suite that runs only where its counterpart is.
 * @param reason why it cannot run here; undefined: it can. It is printed at the end as `not run: <name>: <reason>`.
 */
export function describeUnless(reason: string | undefined, name: string, body: () => void): void {
  if (reason === undefined) describe(name, body);
  else describe(name, () => test('needs its counterpart', (context) => context.skip(`${NOT_RUN}${name}: ${reason}`)));
}
