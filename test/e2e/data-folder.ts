/** A data folder of a test's own, removed with everything in it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface DataFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** For several tests; `remove` belongs into their `afterAll`. */
export async function openDataFolder(): Promise<DataFolder> {
  const path = await mkdtemp(join(tmpdir(), 'lead-router-e2e-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export async function inDataFolder<T>(use: (dataFolder: string) => Promise<T>): Promise<T> {
  const folder = await openDataFolder();
  try {
    return await use(folder.path);
  } finally {
    await folder.remove();
  }
}
