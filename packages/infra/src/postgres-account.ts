// Postgres refuses to run as root. When we are root, its programs run as an OS user of their own.

import { execFile } from 'node:child_process';
import { chown, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from './find-program.ts';
import { InfrastructureError } from './infrastructure-error.ts';

export interface PostgresAccount {
  /** Turns a command into one that runs it under the account. */
  readonly wrap: (command: string, args: readonly string[]) => { readonly command: string; readonly args: readonly string[] };
  /** Hands a file or an empty folder to the account. */
  readonly own: (file: string) => Promise<void>;
}

interface OwnerIds {
  readonly uid: number;
  readonly gid: number;
}

const run = promisify(execFile);
const OS_USER = 'postgres';
const OTHERS_MAY_ENTER = 0o001;
// From capability.h: the bit numbers in /proc/self/status.
const CAPABILITIES = [
  { name: 'dac_read_search', bit: 2n },
  { name: 'dac_override', bit: 1n },
] as const;

const SAME_ACCOUNT: PostgresAccount = { wrap: (command, args) => ({ command, args }), own: async () => {} };

/** `paths`: what the account must be able to reach; the first of them is the cluster's folder, if it exists already. */
export async function postgresAccount(o: { cluster: string; paths: readonly string[]; env: NodeJS.ProcessEnv }): Promise<PostgresAccount> {
  if (process.getuid?.() !== 0) return SAME_ACCOUNT;
  const setpriv = findProgram('setpriv', o.env);
  if (setpriv === undefined) {
    throw new InfrastructureError(
      'LR_INFRA_PREREQUISITE',
      'Postgres does not run as root, and without setpriv (package util-linux) it cannot be given another user: run as an ordinary user, or set DATABASE_URL.',
    );
  }
  const ids = (await ownerOf(o.cluster)) ?? (await osUser());
  const capability = (await mayAllEnter(o.paths)) ? undefined : await traversalCapability();
  const flags = [`--reuid=${ids.uid}`, `--regid=${ids.gid}`, '--clear-groups', '--no-new-privs'];
  // A checkout below /root or a private temporary folder: reading through closed folders is all that is added.
  // The secure bit is for access(2), by which Postgres looks for its own files: it disregards capabilities otherwise.
  if (capability !== undefined) {
    flags.push('--securebits=+no_setuid_fixup', `--inh-caps=-all,+${capability}`, `--ambient-caps=-all,+${capability}`);
  }
  return {
    wrap: (command, args) => ({ command: setpriv, args: [...flags, command, ...args] }),
    own: (file) => chown(file, ids.uid, ids.gid),
  };
}

/** Whoever owns the cluster must run it. Root's own is none: it was made, but never handed over. */
async function ownerOf(folder: string): Promise<OwnerIds | undefined> {
  const found = await stat(folder).catch(() => undefined);
  return found === undefined || found.uid === 0 ? undefined : { uid: found.uid, gid: found.gid };
}

async function osUser(): Promise<OwnerIds> {
  const existing = await lookUp();
  if (existing !== undefined) return existing;
  const failure = await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', OS_USER]).then(
    () => undefined,
    (error: unknown) => error,
  );
  const created = await lookUp();
  if (created !== undefined) return created;
  throw new InfrastructureError(
    'LR_INFRA_PREREQUISITE',
    `Postgres does not run as root, and an OS user ${OS_USER} could not be made: make one, run as an ordinary user, or set DATABASE_URL.`,
    { cause: failure },
  );
}

async function lookUp(): Promise<OwnerIds | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', OS_USER]), run('id', ['-g', OS_USER])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

async function mayAllEnter(paths: readonly string[]): Promise<boolean> {
  for (const start of paths) {
    for (let folder = path.resolve(start); ; folder = path.dirname(folder)) {
      const { mode } = await stat(folder);
      if ((mode & OTHERS_MAY_ENTER) === 0) return false;
      if (folder === path.dirname(folder)) break;
    }
  }
  return true;
}

async function traversalCapability(): Promise<string> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const usable = CAPABILITIES.find(({ bit }) => ((effective >> bit) & 1n) === 1n);
  if (usable !== undefined) return usable.name;
  throw new InfrastructureError(
    'LR_INFRA_PREREQUISITE',
    'Postgres does not run as root, and another user may not enter the folders above the checkout or the data folder: move them, run as an ordinary user, or set DATABASE_URL.',
  );
}
