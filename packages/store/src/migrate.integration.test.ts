import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '@lead-router/testkit/test-postgres.ts';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityFrom, identityKey } from './identity-key.ts';
import { migrate, readMigrations } from './migrate.ts';

describe('migrate', () => {
  let database: TestDatabase;
  let folder: string;

  beforeEach(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'migrations-'));
    await query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  });
  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });

  const query = async (text: string): Promise<readonly object[]> => {
    const client = new pg.Client({ connectionString: database.databaseUrl });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
  const write = (name: string, sql: string) => writeFile(join(folder, name), sql);
  const run = () => migrate(database.databaseUrl, { folder });

  it('brings an empty database to the newest version, once', async () => {
    const all = await readMigrations();
    const first = await migrate(database.databaseUrl);
    expect(first).toEqual({ applied: all.map(({ name }) => name), version: all.length });
    expect(await migrate(database.databaseUrl)).toEqual({ applied: [], version: all.length });
  });

  it('lets one of several do it at the same time', async () => {
    await write('0001_first.sql', 'CREATE TABLE once (id integer)');
    const reports = await Promise.all([run(), run(), run()]);
    expect(reports.flatMap(({ applied }) => applied)).toEqual(['0001_first.sql']);
  });

  it('applies only what is missing, each as a whole', async () => {
    await write('0001_first.sql', 'CREATE TABLE once (id integer)');
    await run();
    await write('0002_second.sql', 'CREATE TABLE half (id integer); SELECT nonsense');
    await expect(run()).rejects.toThrow('0002_second.sql failed');
    expect(await query(`SELECT 1 FROM pg_tables WHERE tablename = 'half'`)).toEqual([]);
    await write('0002_second.sql', 'CREATE TABLE half (id integer)');
    expect((await run()).applied).toEqual(['0002_second.sql']);
  });

  it('turns identities into 128 bits, by which what was there is found again', async () => {
    const person = '0123456789abcdef0123456789abcdef';
    const account = 'account:field/Österreich 42';
    const all = await readMigrations();
    const [before, [change]] = [all.slice(0, 16), all.slice(16, 17)];
    for (const { name, sql } of before) await write(name, sql);
    await run();
    await query(`INSERT INTO identities (identity, is_open) VALUES ('${person}', true), ('${account}', false)`);
    await write(change?.name ?? '', change?.sql ?? '');
    await run();
    const rows = (await query('SELECT identity, name FROM identities')) as { identity: string; name: string | null }[];
    expect(rows.map(identityFrom).sort()).toEqual([person, account]);
    expect(rows.map(({ identity }) => identity.replaceAll('-', '')).sort()).toEqual([identityKey(person), identityKey(account)].sort());
  });

  it('refuses a migration that was changed after it had run', async () => {
    await write('0001_first.sql', 'CREATE TABLE once (id integer)');
    await run();
    await write('0001_first.sql', 'CREATE TABLE twice (id integer)');
    await expect(run()).rejects.toThrow('was changed after it had run');
  });

  it('refuses a database that is newer than the program', async () => {
    await write('0001_first.sql', 'CREATE TABLE once (id integer)');
    await write('0002_second.sql', 'CREATE TABLE more (id integer)');
    await run();
    await rm(join(folder, '0002_second.sql'));
    await expect(run()).rejects.toThrow('update the program');
  });

  it('refuses a database that was made in another order', async () => {
    await write('0001_first.sql', 'SELECT 1');
    await write('0002_second.sql', 'CREATE TABLE late (id integer)');
    await write('0003_third.sql', 'SELECT 1');
    await run();
    await query('DELETE FROM schema_migrations WHERE version = 2; DROP TABLE late');
    await expect(run()).rejects.toThrow('0002_second.sql came after 0003_third.sql had run');
    expect(await query(`SELECT 1 FROM pg_tables WHERE tablename = 'late'`)).toEqual([]);
  });

  it.each([['0001_again.sql'], ['0003_third.sql'], ['second.sql']])('refuses %s beside 0001_first.sql', async (name) => {
    await write('0001_first.sql', 'SELECT 1');
    await write(name, 'SELECT 1');
    await expect(run()).rejects.toThrow('without a gap');
  });
});
