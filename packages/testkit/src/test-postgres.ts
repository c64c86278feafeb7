/**
 * Fresh, migrated databases for tests, each a clone of one template on one real server: TEST_DATABASE_URL, which the set-up of
 * the integration group provides, names a database of it; its user has to be allowed to create others.
 */
import { createHash, randomBytes } from 'node:crypto';
import { migrate, readMigrations } from '@lead-router/store/migrate.ts';
import { createPostgresPool, type PostgresOptions, type PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { statement } from '@lead-router/store/statement.ts';
import pg from 'pg';

export interface TestDatabase {
  readonly databaseUrl: string;
  /** Ends sessions that are still open. Idempotent. */
  drop(): Promise<void>;
}

/** A database of its own: suites in parallel processes do not see each other. */
export const createTestDatabase = async (): Promise<TestDatabase> => {
  const adminUrl = serverUrl();
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`;
  const template = await ensureTemplate(adminUrl);
  await withClient(adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  let isDropped = false;
  return {
    databaseUrl: databaseAt(adminUrl, name),
    drop: async () => {
      if (isDropped) return;
      isDropped = true;
      await withClient(adminUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
};

export interface TestPool {
  readonly pool: PostgresPool;
  readonly databaseUrl: string;
  /** Empties every table, as after the migrations: much quicker than another database. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** A database of its own and connections to it. */
export const openTestPool = async (options: Partial<PostgresOptions> = {}): Promise<TestPool> => {
  const database = await createTestDatabase();
  const pool = createPostgresPool({
    databaseUrl: database.databaseUrl,
    applicationName: 'lead-router-test',
    maxConnections: 8,
    onConnectionError: () => {},
    ...options,
  });
  return {
    pool,
    databaseUrl: database.databaseUrl,
    reset: () => emptyTables(pool),
    close: async () => {
      await pool.close();
      await database.drop();
    },
  };
};

const TABLES = statement(
  'test-tables',
  `SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND relname NOT IN ('schema_migrations', 'rule_set_activation')`,
);

/** One statement, so that references among the rows are checked only when all are gone. */
const emptyTables = async (pool: PostgresPool): Promise<void> => {
  const tables = await pool.run<{ name: string }>(TABLES);
  const deletions = tables.map(({ name }) => `${name}_gone AS (DELETE FROM ${name})`);
  await pool.run(
    statement(
      'test-empty-tables',
      `WITH ${deletions.join(', ')} UPDATE rule_set_activation SET version = NULL, activated_at = NULL, activated_by = NULL`,
    ),
  );
};

const serverUrl = (): string => {
  const url = process.env.TEST_DATABASE_URL;
  if (url === undefined || url === '') {
    throw new Error(
      'TEST_DATABASE_URL is not set: run this suite in the group that starts the infrastructure (npx vitest run --project integration)',
    );
  }
  return url;
};

const TEMPLATE_LOCK = 7_281_099;

/** Made once a server and set of migrations, whoever comes first; the others wait for it. */
const ensureTemplate = async (adminUrl: string): Promise<string> => {
  const digest = createHash('sha256');
  for (const { checksum } of await readMigrations()) digest.update(checksum);
  const template = `template_${digest.digest('hex').slice(0, 12)}`;
  await withClient(adminUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const known = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (known.rowCount === 1) return;
    const unfinished = `${template}_unfinished`;
    await client.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${unfinished}`);
    await migrate(databaseAt(adminUrl, unfinished));
    await renameWhenAlone(client, { from: unfinished, to: template });
  });
  return template;
};

const OBJECT_IN_USE = '55006';
const RENAME_ATTEMPTS = 200;
const RENAME_EVERY_MS = 10;

/** The session that migrated has said goodbye, but the server may take a moment to have heard it. */
const renameWhenAlone = async (client: pg.Client, names: { readonly from: string; readonly to: string }): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(`ALTER DATABASE ${names.from} RENAME TO ${names.to}`);
      return;
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== OBJECT_IN_USE || attempt === RENAME_ATTEMPTS) throw error;
      await new Promise((resolve) => setTimeout(resolve, RENAME_EVERY_MS));
    }
  }
};

const withClient = async (url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> => {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
};

const databaseAt = (url: string, name: string): string => {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
};
