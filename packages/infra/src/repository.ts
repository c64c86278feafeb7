// Where things lie: the checkout this runs from, and the cache that all runs from it share.

import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryFolder = fileURLToPath(new URL('../../../', import.meta.url));

/** Downloads, shared by all data folders. `LEAD_ROUTER_CACHE` moves it, for instance to share it between checkouts. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return path.resolve(env.LEAD_ROUTER_CACHE || path.join(repositoryFolder, '.data', 'cache'));
}
