/** The figures of an empty database, and of one in which something of each kind waits. */
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { forgetEarlyBefore, readEarlyFigures } from './early-activities.ts';
import { readQueueFigures } from './queue-figures.ts';
import { statement } from './statement.ts';

let test: TestPool;
beforeAll(async () => {
  test = await openTestPool();
});
beforeEach(() => test.reset());
afterAll(() => test.close());

const run = (name: string, text: string) => test.pool.run(statement(`test-${name}`, text));
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

it('says that nothing waits in an empty database', async () => {
  expect(await readQueueFigures(test.pool)).toEqual({
    ...{ waiting: [], exceptions: 0, overdueTimerSeconds: 0, deliveries: [] },
    early: { activities: 0, oldestSeconds: 0 },
    months: { outside: 0, ahead: 3 },
  });
  expect(await readEarlyFigures(test.pool)).toEqual({ activities: 0, leads: 0, oldestKeptAt: null });
});

it('counts what waits, and how long the oldest of each has', async () => {
  await run(
    'waiters',
    `INSERT INTO pool_waiters (pool_id, lead_id, turn_at, waiting_since, seen_generation) VALUES
       ('sales', '${id(1)}', now(), now() - interval '90 seconds', 0), ('sales', '${id(2)}', now(), now(), 0), ('web', '${id(3)}', now(), now(), 0)`,
  );
  await run(
    'timers',
    `INSERT INTO timers (timer_id, kind, due_at, generation, state) VALUES
       ('${id(1)}', 'ACCEPT', now() - interval '30 seconds', 1, 'PENDING'), ('${id(2)}', 'ACCEPT', now() - interval '1 hour', 1, 'FIRED')`,
  );
  await run(
    'deliveries',
    `INSERT INTO deliveries (lead_id, revision, channel, destination_id, payload, state, next_attempt_at, leased_until) VALUES
       ('${id(1)}', 1, 'webhook', 'd', '', 'PENDING', now() - interval '10 seconds', NULL),
       ('${id(2)}', 1, 'webhook', 'd', '', 'PENDING', now() - interval '1 hour', now() + interval '1 hour'),
       ('${id(3)}', 1, 'webhook', 'd', '', 'DELIVERED', now() - interval '1 hour', NULL),
       ('${id(4)}', 1, 'email', 'd', '', 'PENDING', now() + interval '1 hour', NULL)`,
  );
  await run(
    'early',
    `INSERT INTO early_activities (lead_id, event_id, occurred_at, kept_at, value) VALUES
       ('${id(1)}', '${id(1)}', now(), now() - interval '1 minute', ''), ('${id(1)}', '${id(2)}', now() - interval '1 day', now(), '')`,
  );
  const figures = await readQueueFigures(test.pool);
  expect(figures.early.activities).toBe(2);
  expect(figures.early.oldestSeconds).toBeGreaterThanOrEqual(60);
  expect(figures.early.oldestSeconds).toBeLessThan(3600);
  expect(await readEarlyFigures(test.pool)).toMatchObject({ activities: 2, leads: 1 });
  // By when it came, not by when it happened.
  expect(await forgetEarlyBefore(test.pool, Date.now() - 30_000)).toBe(1);
  expect(await readEarlyFigures(test.pool)).toMatchObject({ activities: 1, leads: 1 });
  expect(await forgetEarlyBefore(test.pool, Date.now() - 30_000)).toBe(0);
  const sales = figures.waiting.find(({ poolId }) => poolId === 'sales');
  expect(sales?.leads).toBe(2);
  expect(sales?.oldestSeconds).toBeGreaterThanOrEqual(90);
  expect(figures.waiting).toHaveLength(2);
  expect(figures.overdueTimerSeconds).toBeGreaterThanOrEqual(30);
  expect(figures.overdueTimerSeconds).toBeLessThan(3600);
  const webhook = figures.deliveries.find(({ channel }) => channel === 'webhook');
  expect(webhook?.pending).toBe(2);
  expect(webhook?.overdueSeconds).toBeGreaterThanOrEqual(10);
  expect(webhook?.overdueSeconds).toBeLessThan(3600);
  expect(figures.deliveries.find(({ channel }) => channel === 'email')).toEqual({ channel: 'email', pending: 1, overdueSeconds: 0 });
});
