/** The process of the command line; `bin/lead-router.mjs` starts it under the right Node. */
import { runCli } from './run-cli.ts';

/** One Ctrl-C may arrive twice: from the terminal, and passed on by the launcher. */
const SAME_SIGNAL_MS = 1_000;

const ENDS_IN_ORDER: ReadonlySet<string> = new Set(['up', 'import']);

const ending = new AbortController();
let endingSince = Number.POSITIVE_INFINITY;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Only these have something to stop in order; another signal later ends them too.
    if (!ENDS_IN_ORDER.has(process.argv[2] ?? '') || performance.now() - endingSince > SAME_SIGNAL_MS) process.exit(1);
    if (ending.signal.aborted) return;
    endingSince = performance.now();
    ending.abort();
  });
}
// Whoever reads us may stop reading: head, less.
process.stdout.on('error', () => process.exit(0));

const code = await runCli(process.argv.slice(2), {
  env: process.env,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  signal: ending.signal,
  isTerminal: process.stderr.isTTY,
});
// Clients that retry in the background must not hold up the end; what was printed has to get out first.
process.stdout.write('', () => process.exit(code));
