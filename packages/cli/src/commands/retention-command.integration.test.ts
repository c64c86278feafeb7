/** Old months of decisions on the command line, against a real Postgres. */
import { ensureDecisionMonths, listDecisionMonths } from '@lead-router/store/decision-months.ts';
import { ensurePartitions } from '@lead-router/store/partitions.ts';
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli, cliJson } from '../run-cli.test-support.ts';

let test: TestPool;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  test = await openTestPool();
  await ensurePartitions(test.pool, 6);
  env = {
    KAFKA_BROKERS: process.env.TEST_KAFKA_BROKERS,
    SCHEMA_REGISTRY_URL: process.env.TEST_SCHEMA_REGISTRY_URL,
    DATABASE_URL: test.databaseUrl,
  };
});
afterAll(() => test.close());

it('says what it would drop, drops it, says so, and finds nothing the next time', async () => {
  await ensureDecisionMonths(test.pool, Date.UTC(2020, 0, 15));
  const months = async () => (await listDecisionMonths(test.pool)).map(({ month }) => month);
  const before = await months();
  const plan = await cliJson(['retention', '--decisions', '18mo', '--dry-run'], env);
  expect(plan).toMatchObject({
    code: 0,
    json: {
      isDryRun: true,
      dropped: [{ month: '2020-01', decisions: 0 }, { month: '2020-02' }, { month: '2020-03' }, { month: '2020-04' }],
    },
  });
  expect(await months()).toEqual(before);
  const { out, code } = await cli(['retention', '--decisions', '18mo'], env);
  expect(code).toBe(0);
  expect(out).toMatch(/^2020-04 +0/m);
  expect(out).toContain('dropped; decisions from');
  expect(await months()).toEqual(before.slice(4));
  expect((await cli(['retention', '--decisions', '18mo'], env)).out).toContain('nothing to drop');
});

it.each(['1mo', '18', '0y', 'old'])('refuses --decisions %s', async (time) => {
  expect((await cli(['retention', '--decisions', time], env)).code).toBe(64);
});
