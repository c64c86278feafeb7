// Settings of the Postgres that we run ourselves, as a process or in a container, and the password of its data.

import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

export const DATABASE = 'lead_router';
export const DATABASE_USER = 'lead_router';

/** Arguments of the server. Losing nothing that was acknowledged is what this database is for, unless it is thrown away anyhow. */
export function postgresSettings({ memory }: { memory: boolean }): readonly string[] {
  const durable = memory ? 'off' : 'on';
  const values = {
    max_connections: 200,
    shared_buffers: '256MB',
    max_wal_size: '2GB',
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
