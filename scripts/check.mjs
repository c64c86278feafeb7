/**
 * Every static check in one command, `npm run check`: a line each, then what failed in full, `N passed, N failed` last.
 * Names as arguments run only those: `npm run check -- layers links`.
 */
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { repositoryFolder, sourceFiles, textChecks } from './text-checks.mjs';

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const MAX_AT_ONCE = 4;

/** The longest first, so that the others run beside it. */
const checks = {
  types: () => runTool('node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'),
  unused: () => runTool('node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'),
  layers: checkLayers,
  style: () => runTool('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '--max-diagnostics=200', '.'),
  'generated-types': () => runTool('packages/contracts/src/generate-types.ts', '--check'),
  ...Object.fromEntries(Object.entries(textChecks).map(([name, faults]) => [name, async () => verdict(faults())])),
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !Object.hasOwn(checks, name));
if (unknown.length > 0) {
  console.error(`No such check: ${unknown.join(', ')}. There are: ${Object.keys(checks).join(', ')}.`);
  process.exit(64);
}

const results = await runAll(Object.keys(checks).filter((name) => chosen.length === 0 || chosen.includes(name)));
const failed = results.filter(({ isFine }) => !isFine);
for (const { name, output } of failed) console.log(`\n--- ${name}\n${output.trimEnd()}`);
console.log(`\n${results.length - failed.length} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;

async function runAll(names) {
  const waiting = [...names];
  const done = [];
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const startedAt = performance.now();
      const { isFine, output } = await checks[name]();
      console.log(`${isFine ? 'ok    ' : 'FAILED'} ${name} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
      done.push({ name, isFine, output });
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_AT_ONCE, availableParallelism()) }, worker));
  return done;
}

/** A tool of the checkout, run by this Node; its exit code is the verdict. */
function runTool(script, ...args) {
  const options = { cwd: repositoryFolder, maxBuffer: MAX_OUTPUT_BYTES, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' } };
  return new Promise((resolve) => {
    execFile(process.execPath, [join(repositoryFolder, script), ...args], options, (error, stdout, stderr) =>
      resolve({ isFine: error === null, output: `${stdout}${stderr}` || String(error ?? '') }),
    );
  });
}

/** dependency-cruiser skips TypeScript when it has no parser for it: a run that read too few files is a failure. */
async function checkLayers() {
  const folders = ['packages', 'services', 'test', 'scripts'];
  const { isFine, output } = await runTool(
    'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    '--output-type',
    'err-long',
    ...folders,
  );
  const read = Number(/(\d+) modules, \d+ dependencies/.exec(output)?.[1] ?? 0);
  const expected = sourceFiles().filter((file) => folders.includes(file.split('/')[0])).length;
  if (read >= expected) return { isFine, output };
  return {
    isFine: false,
    output: `${output}\nOnly ${read} of ${expected} source files were read. Is @swc/core, its TypeScript parser, installed?`,
  };
}

function verdict(faults) {
  return { isFine: faults.length === 0, output: faults.join('\n') };
}
