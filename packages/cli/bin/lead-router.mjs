#!/usr/bin/env node
/**
 * Starts the command line under the Node that the project brings, whatever Node runs this file: the sources are TypeScript, which
 * only that one is sure to read. Plain JavaScript for Node 20 and later.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const node = fileURLToPath(new URL('../../../node_modules/.bin/node', import.meta.url));
const FIRST_WITH_TYPES = 24;
const EXIT_CONFIG = 78;

if (Number(process.versions.node.split('.')[0]) >= FIRST_WITH_TYPES) {
  await import(main);
} else if (existsSync(node)) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal's signals reach the child by themselves; one that was sent to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
} else {
  process.stderr.write('lead-router: the packages are not installed. Run `npm install` in the checkout (`npm start` does it too).\n');
  process.exit(EXIT_CONFIG);
}
