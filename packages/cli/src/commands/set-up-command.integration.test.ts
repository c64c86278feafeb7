/** `set-up` and `vendors` against a real Kafka, registry and Postgres, as a deployment runs them. */
import { authenticateVendor, listVendors, putVendor } from '@lead-router/store/vendor-store.ts';
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli, cliJson } from '../run-cli.test-support.ts';

let test: TestPool;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  test = await openTestPool();
  env = {
    KAFKA_BROKERS: process.env.TEST_KAFKA_BROKERS,
    SCHEMA_REGISTRY_URL: process.env.TEST_SCHEMA_REGISTRY_URL,
    DATABASE_URL: test.databaseUrl,
  };
});
afterAll(() => test.close());

it('makes everything ready, and a second time changes nothing that somebody has decided', async () => {
  expect(await cliJson(['set-up', '--vendors', 'acme-media, leadwave', '--zone', 'Europe/Berlin'], env)).toEqual({
    code: 0,
    json: { newVendors: ['acme-media', 'leadwave'] },
  });
  const capped = { vendor: 'acme-media', name: 'Acme', zone: 'Asia/Tokyo', dailyCap: 7, isActive: false };
  await putVendor(test.pool, capped);
  expect(await cliJson(['set-up', '--vendors', 'acme-media,bright-forms'], env)).toEqual({
    code: 0,
    json: { newVendors: ['bright-forms'] },
  });
  expect(await listVendors(test.pool)).toEqual([
    capped,
    { vendor: 'bright-forms', name: 'bright-forms', zone: 'UTC', dailyCap: null, isActive: true },
    { vendor: 'leadwave', name: 'leadwave', zone: 'Europe/Berlin', dailyCap: null, isActive: true },
  ]);
});

it('makes keys that open what they say', async () => {
  const made = await cli(['vendors', 'key', 'leadwave', '--scope', 'activities:write', '--scope', 'leads:read'], env);
  expect(made.code).toBe(0);
  expect(await authenticateVendor(test.pool, made.out.trim())).toMatchObject({
    vendor: 'leadwave',
    scopes: ['activities:write', 'leads:read'],
  });
});

it.each([
  { args: ['set-up', '--vendors', 'Acme Media'], code: 64, says: /Acme Media is no name/ },
  { args: ['set-up', '--vendors', 'new-one', '--zone', 'Mars/Base'], code: 64, says: /no time zone Mars\/Base/ },
  { args: ['vendors', 'key', 'nobody'], code: 1, says: /there is no vendor nobody/ },
  { args: ['vendors', 'key', 'leadwave', '--scope', 'everything'], code: 64, says: /everything/ },
])('refuses $args', async ({ args, code, says }) => {
  const answer = await cli(args, env);
  expect(answer.code).toBe(code);
  expect(answer.err).toMatch(says);
});
