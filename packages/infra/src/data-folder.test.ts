import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimDataFolder } from './data-folder.ts';
import { openPortBook } from './ports.ts';

let folder: string;
let wanted: string;
let said: string[];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'data-folder-'));
  wanted = path.join(folder, 'default');
  said = [];
});
afterEach(() => rm(folder, { recursive: true }));

const claim = () => claimDataFolder({ dataFolder: wanted, onProgress: (line) => said.push(line) });

describe('claiming a data folder', () => {
  it('gives the wanted one, and again after it was released', async () => {
    const first = await claim();
    expect(first).toMatchObject({ path: wanted, temporary: false });
    await first.release();
    expect(await claim()).toMatchObject({ path: wanted });
    expect(said).toEqual([]);
  });

  it('gives a second run a folder of its own, says so, and removes it at the end', async () => {
    await claim();
    const second = await claim();
    expect(second.temporary).toBe(true);
    expect(said.join()).toContain(`in use by process ${process.pid}`);
    await second.release();
    expect(await readdir(folder)).toEqual(['default']);
  });

  it('gives each of many at the same time another one', async () => {
    const claims = await Promise.all(Array.from({ length: 8 }, claim));
    expect(new Set(claims.map((claimed) => claimed.path)).size).toBe(8);
    expect(claims.filter((claimed) => !claimed.temporary)).toHaveLength(1);
  });

  it('takes the lock of a process that is gone', async () => {
    await mkdir(wanted);
    await writeFile(path.join(wanted, 'lock'), '999999999 boot/1');
    expect(await claim()).toMatchObject({ path: wanted, temporary: false });
    expect(await readdir(wanted)).toEqual(['lock']);
  });

  it('removes what a killed second run left, and nothing else', async () => {
    await claim();
    const killed = await claim();
    await writeFile(path.join(killed.path, 'lock'), '999999999 boot/1');
    await mkdir(`${wanted}-mine`);
    const running = await claim();
    expect(existsSync(killed.path)).toBe(false);
    expect((await readdir(folder)).sort()).toEqual(['default', 'default-mine', path.basename(running.path)].sort());
  });

  it('says what to do about a folder it cannot have', async () => {
    await writeFile(wanted, 'a file');
    await expect(claim()).rejects.toMatchObject({ code: 'LR_INFRA_CONFIG', message: expect.stringContaining(wanted) });
  });
});

describe('the ports of a data folder', () => {
  let taker: Server | undefined;
  afterEach(() => taker?.close());

  it('stay the same, differ from each other, and lie outside the ephemeral range', async () => {
    const book = await openPortBook(folder);
    const ports = (['kafka', 'kafkaController', 'registry', 'postgres'] as const).map((name) => book.port(name));
    expect(new Set(ports).size).toBe(4);
    for (const port of ports) expect(port).toSatisfy((value: number) => value >= 20_000 && value < 32_000);
    const again = await openPortBook(folder);
    expect(again.port('kafka')).toBe(book.port('kafka'));
    expect(again.port('postgres')).toBe(book.port('postgres'));
  });

  it('are replaced when somebody else took them', async () => {
    const book = await openPortBook(folder);
    const before = book.port('registry');
    expect(await book.replaceTaken(['registry'])).toBe(false);
    const server = createServer();
    taker = server;
    await new Promise<void>((resolve) => server.listen(before, '127.0.0.1', resolve));
    expect(await book.replaceTaken(['registry'])).toBe(true);
    expect(book.port('registry')).not.toBe(before);
    expect(await readFile(path.join(folder, 'ports.json'), 'utf8')).toContain(String(book.port('registry')));
  });

  it('are chosen anew when the note of them is damaged', async () => {
    await writeFile(path.join(folder, 'ports.json'), '{"kafka":"many","regi');
    expect((await openPortBook(folder)).port('kafka')).toBeGreaterThan(0);
  });
});
