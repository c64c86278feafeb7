/** Adds what the tests and the static checks counted into the last line of `.ci/run`; a part that failed without counting counts one. */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const text = { type: 'string' };
const { values } = parseArgs({ options: { tests: text, 'tests-exit': text, checks: text, 'checks-exit': text } });

const parts = [
  atLeastOneFailure(countTests(values.tests), values['tests-exit'], 'npm test'),
  atLeastOneFailure(countChecks(values.checks), values['checks-exit'], 'npm run check'),
];
const sum = (name) => parts.reduce((total, part) => total + part[name], 0);
if (sum('notRun') > 0) console.log(`${sum('notRun')} not run: their reasons are above`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;

/** From vitest's JSON report. A file that could not be loaded has no tests and counts as one failure. */
function countTests(file) {
  if (!existsSync(file)) return { passed: 0, failed: 0, notRun: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const unloadable = report.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloadable.length, notRun: report.numPendingTests };
}

function countChecks(file) {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const [, passed = 0, failed = 0] =
    lines.map((line) => /^(\d+) passed, (\d+) failed$/.exec(line)).findLast((match) => match !== null) ?? [];
  return { passed: Number(passed), failed: Number(failed), notRun: 0 };
}

function atLeastOneFailure(counts, exitCode, title) {
  if (exitCode === '0' || counts.failed > 0) return counts;
  console.log(`${title} ended with exit code ${exitCode} and no failed count`);
  return { ...counts, failed: 1 };
}
