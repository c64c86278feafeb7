import { expect, test } from 'vitest';
import { createRestingDestinations } from './resting-destinations.ts';

test('a destination rests after some failures in a row, and is tried again after a while', () => {
  let now = 0;
  const resting = createRestingDestinations({ now: () => now, restMs: 1_000, failures: 3 });
  resting.note('crm', { isReached: false });
  resting.note('crm', { isReached: false });
  resting.note('crm', { isReached: true });
  resting.note('crm', { isReached: false });
  resting.note('crm', { isReached: false });
  expect(resting.names()).toEqual([]);
  resting.note('crm', { isReached: false });
  resting.note('other', { isReached: false });
  expect(resting.names()).toEqual(['crm']);
  now = 1_000;
  expect(resting.names()).toEqual([]);
  resting.note('crm', { isReached: false });
  expect(resting.names()).toEqual(['crm']);
  resting.note('crm', { isReached: true });
  expect(resting.names()).toEqual([]);
});
