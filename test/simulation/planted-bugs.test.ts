/** The simulator finds what somebody might get wrong: each planted bug, within the seeds of one CI run. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { applyEdit, PLANTED_BUGS } from './planted-bugs.ts';
import type { SeedReport } from './seed-report.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const SEEDS = 1_000;
const TIMEOUT_MS = 120_000;
const MISSING = { file: 'x.ts', find: 'a b', replace: 'c' };

function simulate(bug: string): Promise<SeedReport> {
  const args = [fileURLToPath(import.meta.resolve('./simulate.ts')), '--bug', bug, '--seeds', String(SEEDS), '--json'];
  return new Promise((resolveReport, reject) => {
    execFile(process.execPath, args, { timeout: TIMEOUT_MS }, (_error, stdout, stderr) => {
      const last = stdout.trim().split('\n').at(-1) ?? '';
      if (last === '') reject(new Error(`no report: ${stderr}`));
      else resolveReport(JSON.parse(last));
    });
  });
}

test.each(PLANTED_BUGS.map(({ name }) => name))('%s is caught', { timeout: TIMEOUT_MS }, async (bug) => {
  const { violation } = await simulate(bug);
  expect(violation, `not caught in ${SEEDS} seeds`).not.toBeNull();
  process.stdout.write(`planted bug ${bug}: caught at seed ${violation?.seed} by "${violation?.message.split('\n')[0]}"\n`);
});

test('each stands in code that runs in production', async () => {
  expect(PLANTED_BUGS).toHaveLength(11);
  for (const { edits } of PLANTED_BUGS) {
    const sources = new Map<string, string>();
    for (const edit of edits) {
      expect(edit.file).toMatch(/^(packages|services)\/[a-z-]+\/src\//);
      const source = sources.get(edit.file) ?? (await readFile(resolve(REPOSITORY, edit.file), 'utf8'));
      sources.set(edit.file, applyEdit(source, edit));
    }
  }
});

test('an edit whose place is gone, or is there twice, is an error', () => {
  expect(applyEdit('x a\n  b y', MISSING)).toBe('x c y');
  expect(() => applyEdit('nothing', MISSING)).toThrow('0 times');
  expect(() => applyEdit('a b a b', MISSING)).toThrow('2 times');
});
