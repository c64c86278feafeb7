import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryFolder } from './repository.ts';

const LOCK = JSON.stringify({
  packages: {
    '': { version: '1.0.0' },
    'node_modules/wanted': { version: '2.0.0' },
    'node_modules/other-platform': { version: '1.0.0', optional: true },
  },
});
const INSTALLED = JSON.stringify({ packages: { 'node_modules/wanted': { version: '2.0.0' } } });
const EXTERNAL = { KAFKA_BROKERS: 'a:1', SCHEMA_REGISTRY_URL: 'http://a', DATABASE_URL: 'postgres://a/b' };

/** An empty checkout, and a PATH that holds Node and nothing else but what a test puts there. */
let checkout: string;
let programs: string;
beforeEach(async () => {
  checkout = await mkdtemp(path.join(tmpdir(), 'lead-router-prepare-'));
  programs = path.join(checkout, 'programs');
  await mkdir(path.join(checkout, 'scripts'));
  await mkdir(path.join(checkout, 'packages/infra/src'), { recursive: true });
  await mkdir(programs);
  await copyFile(path.join(repositoryFolder, 'scripts/prepare.mjs'), path.join(checkout, 'scripts/prepare.mjs'));
  await writeFile(path.join(checkout, 'packages/infra/src/fetch.ts'), "console.error('fetching' satisfies string);");
  await writeFile(path.join(checkout, 'package-lock.json'), LOCK);
  await symlink(process.execPath, path.join(programs, 'node'));
});
afterEach(() => rm(checkout, { recursive: true }));

const prepare = (env: Record<string, string> = {}): Promise<{ code: number | string; said: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [path.join(checkout, 'scripts/prepare.mjs')], { env: { PATH: programs, ...env } }, (error, out, err) =>
      resolve({ code: error?.code ?? 0, said: out + err }),
    );
  });

/** Stands in for npm: notes how it was called, then does what the shell commands say. */
async function putNpm(commands: string): Promise<void> {
  const file = path.join(programs, 'npm');
  await writeFile(file, `#!/bin/sh\necho "$1" >>'${checkout}/calls'\n${commands}\n`);
  await chmod(file, 0o755);
}

const install = `/bin/mkdir -p node_modules && echo '${INSTALLED}' >node_modules/.package-lock.json`;
const calls = () => readFile(path.join(checkout, 'calls'), 'utf8');

describe('preparing a checkout', () => {
  it('names everything that is missing in one message, and how to get it', async () => {
    const { code, said } = await prepare();
    expect(code).toBe(1);
    expect(said).toMatch(/^Missing:\n {2}- Java 17 .*apt-get.*\n {2}- Maven.*apt-get.*\n {2}- or, .*Docker engine.*KAFKA_BROKERS/);
  });

  it('needs neither Java nor Maven when all servers are given', async () => {
    await putNpm(install);
    expect(await prepare(EXTERNAL)).toMatchObject({ code: 0, said: expect.stringContaining('fetching') });
  });

  it('installs once, and again when the lock file asks for something else', async () => {
    await putNpm(install);
    await prepare(EXTERNAL);
    await prepare(EXTERNAL);
    expect(await calls()).toBe('ci\n');
    await writeFile(path.join(checkout, 'package-lock.json'), LOCK.replace('2.0.0', '2.0.1'));
    await prepare(EXTERNAL);
    expect(await calls()).toBe('ci\nci\n');
  });

  it('installs by the lock file, left as it was, where npm ci refuses it', async () => {
    await putNpm(`if [ "$1" = ci ]; then echo 'npm error code EUSAGE'; exit 1; fi\n${install}; echo changed >package-lock.json`);
    expect((await prepare(EXTERNAL)).code).toBe(0);
    expect(await calls()).toBe('ci\ninstall\n');
    expect(await readFile(path.join(checkout, 'package-lock.json'), 'utf8')).toBe(LOCK);
  });

  it('says what npm said when it fails', async () => {
    await putNpm("echo 'no network' >&2; exit 4");
    const { code, said } = await prepare(EXTERNAL);
    expect(code).toBe(1);
    expect(said).toContain('npm ci failed with exit code 4:\nno network');
  });

  it('waits for another run in the same checkout and then has nothing left to do', async () => {
    await putNpm(`/bin/sleep 0.5; ${install}`);
    const runs = await Promise.all([prepare(EXTERNAL), prepare(EXTERNAL), prepare(EXTERNAL)]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await calls()).toBe('ci\n');
  });
});
