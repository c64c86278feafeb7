/** Prometheus's own tool on the configuration and the rules: are they valid, and do the alerts fire when they should? */
import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '@lead-router/infra/find-program.ts';
import { expect, it } from 'vitest';
import { describeUnless } from '../not-run.ts';
import { OBSERVE, REPOSITORY, RULE_TESTS, ruleFiles, ruleTestFiles } from './observe-files.ts';

const run = promisify(execFile);
const PROMTOOL_MS = 60_000;
const promtool = findProgram('promtool', process.env);

describeUnless(promtool === undefined ? 'promtool is missing (Debian package prometheus)' : undefined, 'rules of Prometheus', () => {
  const ask = async (folder: string, ...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await run(promtool ?? '', [...args], { cwd: folder, timeout: PROMTOOL_MS });
    return `${stdout}${stderr}`;
  };

  it('are part of a valid configuration', async () => {
    expect(await ask(OBSERVE, 'check', 'config', 'prometheus.yml')).toContain('is valid prometheus config file syntax');
    expect(await ask(OBSERVE, 'check', 'rules', ...ruleFiles().map(({ file }) => `rules/${file}`))).not.toContain('FAILED');
  });

  it.each(ruleTestFiles().map((file) => [relative(REPOSITORY, file)]))(
    '%s holds',
    async (file) => {
      expect(await ask(RULE_TESTS, 'test', 'rules', relative(RULE_TESTS, `${REPOSITORY}${file}`))).toContain('SUCCESS');
    },
    PROMTOOL_MS,
  );
});
