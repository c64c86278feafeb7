// Settings of the Postgres that we run ourselves, as a process or in a container, and the password of its data.

import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { totalmem } from 'node:os';

export const DATABASE = 'lead_router';
export const DATABASE_USER = 'lead_router';

const MEBIBYTE = 2 ** 20;
const LEAST_BUFFERS_MIB = 256;
const MOST_BUFFERS_MIB = 2_048;
/** The rest is for everything else that runs here, and for the files that the system keeps in memory. */
const SHARE_OF_MEMORY = 1 / 8;

export interface PostgresSize {
  /** Thrown away after use. */
  readonly memory: boolean;
  /** Of the machine that it runs on; default: this one. */
  readonly memoryBytes?: number;
}

/**
 * Keys of leads, identities and events are random: each new one goes to another page of an index. As long as those pages are in Postgres' own buffers, that
 * costs nothing; where they are not, each of them is read from outside and another one is written back. Taken from the system only as they are used.
 */
function sharedBuffersMib({ memory, memoryBytes = availableMemory() }: PostgresSize): number {
  if (memory) return LEAST_BUFFERS_MIB;
  return Math.min(MOST_BUFFERS_MIB, Math.max(LEAST_BUFFERS_MIB, Math.floor((memoryBytes * SHARE_OF_MEMORY) / MEBIBYTE)));
}

/** Of this container, if it is one with a limit, else of the machine. Bytes. */
function availableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** Arguments of the server. Losing nothing that was acknowledged is what this database is for, unless it is thrown away anyhow. */
export function postgresSettings(size: PostgresSize): readonly string[] {
  const durable = size.memory ? 'off' : 'on';
  const values = {
    max_connections: 200,
    shared_buffers: `${sharedBuffersMib(size)}MB`,
    max_wal_size: '4GB',
    checkpoint_timeout: '10min',
    log_line_prefix: '%m [%p] ',
    fsync: durable,
    synchronous_commit: durable,
    full_page_writes: durable,
  };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** Made at random the first time, then the same one: the data knows it. */
export async function ensurePassword(file: string): Promise<string> {
  const existing = await readFile(file, 'utf8').catch(() => undefined);
  if (existing !== undefined) return existing.trim();
  const password = randomBytes(18).toString('base64url');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return password;
}
