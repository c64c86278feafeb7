/** Lag and its age, as somebody sees them who looks at any moment. */
import { expect, it } from 'vitest';
import { createMetrics } from './metrics.ts';

const at = { topic: 'in', partition: 3 };

const createBoard = () => {
  let now = 100_000;
  const metrics = createMetrics('demo', { now: () => now });
  const shown = async (name: string): Promise<number | null> => {
    const found = new RegExp(`${name}\\{topic="in",partition="3",service="demo"\\} (\\S+)`).exec((await metrics.render()).body);
    return found === null ? null : Number(found[1]);
  };
  return {
    lag: metrics.lag,
    pass: (ms: number): void => {
      now += ms;
    },
    records: () => shown('lead_router_lag_records'),
    age: () => shown('lead_router_lag_age_seconds'),
  };
};

it('grows while nobody reports, and is 0 without lag', async () => {
  const board = createBoard();
  board.lag.note(at, { position: 10, end: 15, oldestMs: 98_000 });
  expect([await board.records(), await board.age()]).toEqual([5, 2]);
  board.pass(60_000);
  expect([await board.records(), await board.age()]).toEqual([5, 62]);
  board.lag.note(at, { position: 15, end: 15, oldestMs: 98_500 });
  expect([await board.records(), await board.age()]).toEqual([0, 0]);
});

it('counts from the first look at a lag whose record nobody has seen, until the position moves', async () => {
  const board = createBoard();
  board.lag.note(at, { position: 10, end: 10, oldestMs: 50_000 });
  board.lag.note(at, { position: 10, end: 12, oldestMs: null });
  board.pass(10_000);
  board.lag.note(at, { position: 10, end: 14, oldestMs: null });
  expect([await board.records(), await board.age()]).toEqual([4, 10]);
  board.lag.note(at, { position: 12, end: 14, oldestMs: null });
  expect(await board.age()).toBe(0);
});

it('forgets what somebody else reads now, and nothing else', async () => {
  const board = createBoard();
  board.lag.note(at, { position: 10, end: 15, oldestMs: 98_000 });
  board.lag.assigned(['other'], []);
  board.lag.assigned(['in'], [at, { topic: 'in', partition: 4 }]);
  expect(await board.records()).toBe(5);
  board.lag.assigned(['in'], [{ topic: 'in', partition: 4 }]);
  expect([await board.records(), await board.age()]).toEqual([null, null]);
});
