/**
 * Brings a database's schema up to date: forward only, in order, each migration once. Several processes may start at once.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { MIGRATION_LOCK } from './advisory-locks.ts';
import { faultOf } from './fault-mapping.ts';
import { type PostgresSsl, sslOptions } from './postgres-ssl.ts';

const MIGRATIONS_FOLDER = fileURLToPath(new URL('../migrations', import.meta.url));
const FILE_NAME = /^(?<version>\d{4})_[a-z0-9_]+\.sql$/;

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  /** SHA-256, hex: a migration that has run must never be edited. */
  readonly checksum: string;
}

export interface MigrateOptions {
  /** As for the pool. */
  readonly ssl?: PostgresSsl;
  /** Default: this package's. */
  readonly folder?: string;
}

export interface MigrationReport {
  /** Names of what was run now, in order. */
  readonly applied: readonly string[];
  readonly version: number;
}

/**
 * Idempotent; waits for another process that migrates. Each migration is one transaction.
 * Errors: one of numbers with a gap, of a migration that was changed after it had run or came with a number below one that had, or of a
 * database newer than this program; StoreFault `unavailable`.
 */
export const migrate = async (databaseUrl: string, options: MigrateOptions = {}): Promise<MigrationReport> => {
  const migrations = await readMigrations(options.folder);
  const ssl = sslOptions(options.ssl);
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: 'lead-router migrate',
    ...(ssl === undefined ? {} : { ssl }),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    // As every session of the pool: months and days in migrations are not the server's.
    await client.query(`SET TIME ZONE 'UTC'`);
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await applyMissing(client, migrations);
  } catch (error) {
    throw faultOf(error);
  } finally {
    // Ending the session lets go of the lock.
    await client.end().catch(() => undefined);
  }
};

/** Sorted by version, which count from 1 without a gap: every database has had the same ones in the same order. */
export const readMigrations = async (folder: string = MIGRATIONS_FOLDER): Promise<readonly Migration[]> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(FILE_NAME.exec(name)?.groups?.version);
      if (version !== index + 1) throw new Error(`migrations have to be numbered 0001, 0002, ... without a gap: ${name}`);
      const sql = await readFile(`${folder}/${name}`, 'utf8');
      return { version, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
};

const applyMissing = async (client: pg.Client, migrations: readonly Migration[]): Promise<MigrationReport> => {
  await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
    version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`);
  const known = await client.query<{ version: number; name: string; checksum: string }>(
    'SELECT version, name, checksum FROM schema_migrations ORDER BY version',
  );
  for (const row of known.rows) {
    const migration = migrations[row.version - 1];
    if (migration === undefined) {
      throw new Error(`the database has migration ${row.name}, which this program does not know: update the program`);
    }
    if (migration.checksum !== row.checksum) {
      throw new Error(`migration ${row.name} was changed after it had run: restore it and write a new one instead`);
    }
  }
  const missing = migrations.filter(({ version }) => known.rows.every((row) => row.version !== version));
  const last = known.rows.at(-1);
  const late = missing.find(({ version }) => version < (last?.version ?? 0));
  if (late !== undefined) {
    throw new Error(`migration ${late.name} came after ${last?.name} had run: give it the next number, or begin with an empty database`);
  }
  for (const migration of missing) await applyOne(client, migration);
  return { applied: missing.map(({ name }) => name), version: migrations.length };
};

const applyOne = async (client: pg.Client, migration: Migration): Promise<void> => {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await client.query('INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)', [
      migration.version,
      migration.name,
      migration.checksum,
    ]);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new Error(`migration ${migration.name} failed`, { cause: error });
  }
};
