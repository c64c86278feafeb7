/** Each call is told once, with its time and how it ended. */
import { expect, it } from 'vitest';
import { outcomeOf, type PostgresCall, startCall } from './postgres-call.ts';
import { StoreFault } from './router-store.ts';

it('tells operation, outcome and seconds, and nothing where nobody listens', () => {
  const told: PostgresCall[] = [];
  startCall('transaction', (call) => told.push(call))('conflict');
  expect(told).toEqual([{ operation: 'transaction', outcome: 'conflict', seconds: expect.any(Number) }]);
  startCall('statement', undefined)('ok');
});

it('names what a caller can act on, and calls the rest an error', () => {
  expect(outcomeOf(new StoreFault('unknown-outcome', 'no answer'))).toBe('unknown_outcome');
  expect(outcomeOf(Object.assign(new Error('deadlock detected'), { code: '40P01' }))).toBe('conflict');
  expect(outcomeOf(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toBe('unavailable');
  expect(outcomeOf(Object.assign(new Error('too long'), { code: '22001' }))).toBe('refused_value');
  expect(outcomeOf(new TypeError('a bug'))).toBe('error');
});
