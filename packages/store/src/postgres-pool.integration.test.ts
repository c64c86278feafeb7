/** What becomes of connections and transactions when Postgres, the network or a frozen process gets in the way. */
import { setTimeout as delay } from 'node:timers/promises';
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

const SELECT_ONE = statement('test-one', 'SELECT 1 AS one');
const BACKEND = statement('test-backend', 'SELECT pg_backend_pid() AS pid');
const INSERT = statement('test-insert', `INSERT INTO vendors (vendor, name, zone) VALUES ($1, 'n', 'UTC')`);
const COUNT = statement('test-count', 'SELECT count(*) AS vendors FROM vendors WHERE vendor = $1');

describe('postgres pool', () => {
  let test: TestPool;
  const faults: Error[] = [];

  beforeAll(async () => {
    test = await openTestPool({ onConnectionError: (error) => faults.push(error), timeouts: { idleInTransactionMs: 300, lockMs: 1_000 } });
  });
  afterAll(() => test.close());

  const asAdmin = async (work: (client: pg.Client) => Promise<unknown>): Promise<void> => {
    const client = new pg.Client({ connectionString: test.databaseUrl });
    await client.connect();
    await work(client).finally(() => client.end());
  };
  const kill = (pid: number) => asAdmin((client) => client.query('SELECT pg_terminate_backend($1)', [pid]));
  const countOf = async (vendor: string) => (await test.pool.run<{ vendors: number }>(COUNT, [vendor]))[0]?.vendors;

  it('sets the time-outs of each session', async () => {
    const names = ['idle_in_transaction_session_timeout', 'lock_timeout', 'transaction_timeout', 'TimeZone', 'application_name'];
    const settings = await Promise.all(
      names.map((name) => test.pool.run<{ value: string }>(statement(`test-${name}`, `SELECT current_setting('${name}') AS value`))),
    );
    expect(settings.map(([row]) => row?.value)).toEqual(['300ms', '1s', '20s', 'UTC', 'lead-router-test']);
  });

  it('refuses time-outs under which a frozen process would stall the others', () => {
    const options = { databaseUrl: test.databaseUrl, applicationName: 'x', maxConnections: 1, onConnectionError: () => {} };
    expect(() => createPostgresPool({ ...options, timeouts: { idleInTransactionMs: 2_000, lockMs: 2_000 } })).toThrow(RangeError);
  });

  it('ends a transaction that stands idle; the rest of it is unavailable, its locks are free, the pool goes on', async () => {
    const transaction = await test.pool.begin();
    await transaction.run(INSERT, ['frozen']);
    const before = faults.length;
    while (faults.length === before) await delay(20);
    await expect(transaction.run(SELECT_ONE)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(transaction.commit()).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await countOf('frozen')).toBe(0);
  });

  it('says that nobody knows when the connection is lost with the COMMIT under way', async () => {
    const transaction = await test.pool.begin();
    const [backend] = await transaction.run<{ pid: number }>(BACKEND);
    await kill(backend?.pid ?? 0);
    await expect(transaction.commit()).rejects.toMatchObject({ kind: 'unknown-outcome' });
    await transaction.rollback();
    expect(await test.pool.run(SELECT_ONE)).toEqual([{ one: 1 }]);
  });

  it('says unavailable when a statement is cut off', async () => {
    const transaction = await test.pool.begin();
    const [backend] = await transaction.run<{ pid: number }>(BACKEND);
    const sleeping = transaction.run(statement('test-sleep', 'SELECT pg_sleep(30)'));
    await kill(backend?.pid ?? 0);
    await expect(sleeping).rejects.toMatchObject({ kind: 'unavailable' });
    await transaction.rollback();
  });

  it('fails all later statements like the first, and commits nothing', async () => {
    const transaction = await test.pool.begin();
    const answers = [
      transaction.run(INSERT, ['twice']),
      transaction.run(INSERT, ['twice']),
      transaction.run(SELECT_ONE),
      transaction.commit(),
    ];
    const results = await Promise.allSettled(answers);
    expect(results.map((result) => (result.status === 'rejected' ? result.reason.kind : 'done'))).toEqual([
      'done',
      'refused-value',
      'refused-value',
      'refused-value',
    ]);
    expect(await countOf('twice')).toBe(0);
  });

  it('prepares a statement again whose first use fell into a failed transaction', async () => {
    const fresh = statement('test-fresh', 'SELECT 2 AS two');
    const single = await openTestPool({ maxConnections: 1 });
    try {
      const transaction = await single.pool.begin();
      await Promise.allSettled([transaction.run(INSERT, [null]), transaction.run(fresh), transaction.run(fresh)]);
      await transaction.rollback();
      expect(await single.pool.run(fresh)).toEqual([{ two: 2 }]);
      expect(await single.pool.run(fresh)).toEqual([{ two: 2 }]);
    } finally {
      await single.close();
    }
  });

  it('gives every connection back, however a transaction ends', async () => {
    const single = await openTestPool({ maxConnections: 1 });
    const fail = () => single.pool.inTransaction(() => Promise.reject(new Error('on purpose')));
    try {
      for (let round = 0; round < 3; round++) {
        await expect(fail()).rejects.toThrow('on purpose');
        await expect(single.pool.inTransaction((transaction) => transaction.run(INSERT, [null]))).rejects.toMatchObject({
          kind: 'refused-value',
        });
        await single.pool.inTransaction((transaction) => transaction.run(SELECT_ONE));
        await expect(single.pool.run(statement('test-bug', 'SELECT nonsense'))).rejects.toThrow('nonsense');
      }
    } finally {
      await single.close();
    }
  });

  it('says unavailable when nobody answers at the address', async () => {
    const options = { applicationName: 'x', maxConnections: 1, onConnectionError: () => {} };
    const nowhere = createPostgresPool({ ...options, databaseUrl: 'postgres://a:b@127.0.0.1:1/c' });
    await expect(nowhere.run(SELECT_ONE)).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(nowhere.begin()).rejects.toMatchObject({ kind: 'unavailable' });
    await nowhere.close();
  });
});
