// Removes all local data: `node packages/infra/src/clean.ts`. With `--all` the downloads as well. Refuses while a run uses it.

import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { findContainerEngine } from './containers.ts';
import { isIdentityAlive } from './process-identity.ts';
import { repositoryFolder } from './repository.ts';

const { values } = parseArgs({ options: { all: { type: 'boolean', default: false } } });
const root = path.join(repositoryFolder, '.data');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

const entries = (await readdir(root).catch(() => [])).filter((entry) => values.all || entry !== 'cache');
const holders = await Promise.all(entries.map((entry) => readFile(path.join(root, entry, 'lock'), 'utf8').catch(() => '')));
const busy = entries.filter((_entry, index) => isIdentityAlive(holders[index] ?? ''));
if (busy.length > 0) {
  say(`in use, so nothing is removed: ${busy.map((entry) => path.join(root, entry)).join(', ')}. Stop the run first.`);
  process.exit(1);
}
for (const entry of entries) await rm(path.join(root, entry), { recursive: true, force: true });
const volumes = (await (await findContainerEngine())?.removeData(root)) ?? 0;
say(`removed ${entries.length} entries of ${root} and ${volumes} container volumes`);
