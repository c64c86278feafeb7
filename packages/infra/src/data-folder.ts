// One data folder belongs to one run at a time. A second run on the same folder gets a fresh one of its own.

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { link, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { InfrastructureError } from './infrastructure-error.ts';
import { isIdentityAlive, processIdentity } from './process-identity.ts';

const TEMPORARY_MARK = 'temporary';

export interface DataFolder {
  readonly path: string;
  /** True: removed when released. */
  readonly temporary: boolean;
  release(): Promise<void>;
}

export async function claimDataFolder(o: { dataFolder: string; onProgress: (line: string) => void }): Promise<DataFolder> {
  const wanted = path.resolve(o.dataFolder);
  await mkdir(wanted, { recursive: true }).catch((cause: unknown) => {
    throw new InfrastructureError('LR_INFRA_CONFIG', `the data folder ${wanted} could not be made`, { cause });
  });
  const holder = await lock(wanted);
  if (holder === undefined) return held(wanted, { temporary: false });
  await removeAbandoned(wanted);
  const fresh = await mkdtemp(`${wanted}-`);
  await lock(fresh);
  await writeFile(path.join(fresh, TEMPORARY_MARK), '');
  o.onProgress(`${wanted} is in use by process ${holder}: this run uses ${fresh}, which is removed at its end`);
  return held(fresh, { temporary: true });
}

function held(folder: string, { temporary }: { temporary: boolean }): DataFolder {
  return {
    path: folder,
    temporary,
    release: () => (temporary ? rm(folder, { recursive: true, force: true }) : rm(lockFile(folder), { force: true })),
  };
}

/** Temporary folders beside the wanted one whose run was killed before it could remove them. */
async function removeAbandoned(wanted: string): Promise<void> {
  const parent = path.dirname(wanted);
  for (const entry of await readdir(parent)) {
    const folder = path.join(parent, entry);
    if (!entry.startsWith(`${path.basename(wanted)}-`) || !existsSync(path.join(folder, TEMPORARY_MARK))) continue;
    const holder = await readFile(lockFile(folder), 'utf8').catch(() => '');
    // Its servers may still be stopping and hold on to a file: then the next run does it.
    if (!isIdentityAlive(holder)) await rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

function lockFile(folder: string): string {
  return path.join(folder, 'lock');
}

/** Undefined: it is ours. Otherwise the id of the process that holds it. */
async function lock(folder: string): Promise<string | undefined> {
  const file = lockFile(folder);
  const mine = path.join(folder, `lock.${randomUUID()}`);
  await writeFile(mine, processIdentity(process.pid)).catch((cause: unknown) => {
    throw new InfrastructureError('LR_INFRA_CONFIG', `the data folder ${folder} is not writable: give it to this user or choose another`, {
      cause,
    });
  });
  try {
    for (;;) {
      if (await linked(mine, file)) return undefined;
      const holder = await readFile(file, 'utf8').catch(() => undefined);
      if (holder === undefined) continue;
      if (isIdentityAlive(holder)) return holder.split(' ')[0] ?? holder;
      await breakStale(file, { holder, aside: `${mine}.stale` });
    }
  } finally {
    await rm(mine, { force: true });
  }
}

/** A link appears with its content, unlike a file that is created and then written. */
async function linked(from: string, to: string): Promise<boolean> {
  return link(from, to).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

/** Of several that find a stale lock, one moves it away; whoever moved a fresh one by mistake puts it back. */
async function breakStale(file: string, { holder, aside }: { holder: string; aside: string }): Promise<void> {
  const moved = await rename(file, aside).then(
    () => true,
    () => false,
  );
  if (!moved) return;
  if ((await readFile(aside, 'utf8')) !== holder) await linked(aside, file);
  await rm(aside, { force: true });
}
