/** The first of the list goes first. */
import { expect, it } from 'vitest';
import { aCandidate, NO_QUESTION } from './candidate.test-support.ts';
import { IN_ORDER } from './in-order.ts';

it('prefers the earlier place, whatever else speaks for the later', () => {
  const first = aCandidate({ agentId: 'ann' }, { place: 0, open: 9 });
  const second = aCandidate({ agentId: 'bob', weight: 5 }, { place: 1 });
  expect(IN_ORDER.score(first, NO_QUESTION)).toBeGreaterThan(IN_ORDER.score(second, NO_QUESTION));
});
