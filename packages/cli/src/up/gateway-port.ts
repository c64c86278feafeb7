/** The gateway's port in a local installation: the same at each start, so that links in yesterday's mails still lead there. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort, isPortFree } from '@lead-router/infra/ports.ts';

const FILE = 'gateway-port';

/** Another one when somebody else has taken it since. */
export async function gatewayPort(dataFolder: string): Promise<number> {
  const file = join(dataFolder, FILE);
  const known = Number(await readFile(file, 'utf8').catch(() => ''));
  if (Number.isInteger(known) && known > 0 && known < 65_536 && (await isPortFree(known))) return known;
  const port = await findFreePort(new Set());
  await writeFile(file, `${port}\n`);
  return port;
}
