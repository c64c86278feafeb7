import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startKept } from './kept-process.ts';
import { isIdentityAlive, processIdentity } from './process-identity.ts';

let folder: string;
let logFile: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kept-'));
  logFile = path.join(folder, 'log');
});
afterAll(() => rm(folder, { recursive: true }));

const keep = (script: string, stopGraceMs = 5_000) =>
  startKept({ command: '/bin/sh', args: ['-c', script], logFile, stopSignal: 'TERM', stopGraceMs });

/** Until the process has said so in its log. */
async function said(text: string): Promise<void> {
  while (!(await readFile(logFile, 'utf8')).includes(text)) await sleep(10);
}

describe('a kept process', () => {
  it('writes both its outputs to the log and hands its exit code on', async () => {
    const kept = await keep('echo to-stdout; echo to-stderr >&2; exit 7');
    expect(await kept.exited).toBe(7);
    expect(await readFile(logFile, 'utf8')).toContain('to-stdout\nto-stderr\n');
  });

  it('is told to stop by its own signal', async () => {
    const kept = await keep('trap "echo stopping; exit 3" TERM; echo up-1; while :; do sleep 0.05; done');
    await said('up-1');
    expect(await kept.stop()).toBe(3);
    expect(await readFile(logFile, 'utf8')).toContain('stopping');
  });

  it('is killed when it does not listen', async () => {
    const kept = await keep('trap "" TERM; echo up-2; while :; do sleep 0.05; done', 200);
    await said('up-2');
    expect(await kept.stop()).toBe(128 + 9);
  });

  it('stops even when it is frozen', async () => {
    const kept = await keep('exec sleep 1000');
    process.kill(kept.pid, 'SIGSTOP');
    expect(await kept.stop()).toBe(128 + 15);
  });

  it('tells the pid of the process itself', async () => {
    const kept = await keep('exec sleep 1000');
    const identity = processIdentity(kept.pid);
    expect(isIdentityAlive(identity)).toBe(true);
    process.kill(kept.pid, 'SIGKILL');
    expect(await kept.exited).toBe(128 + 9);
    expect(isIdentityAlive(identity)).toBe(false);
    expect(await kept.stop()).toBe(128 + 9);
  });
});

describe('the identity of a process', () => {
  it('is not that of a later process with the same pid', () => {
    const mine = processIdentity(process.pid);
    expect(isIdentityAlive(mine)).toBe(true);
    if (mine.includes(' ')) expect(isIdentityAlive(`${mine}0`)).toBe(false);
  });

  it.each(['', 'nonsense', '0', '-1', '999999999'])('"%s" is nobody', (identity) => {
    expect(isIdentityAlive(identity)).toBe(false);
  });
});
