/** What has to hold once all stories of a system have been told: the books balance, and each decision can be made again from its record. */
import { expect, test } from 'vitest';
import { expectReplayed } from '../expect-replayed.ts';
import type { Scenario } from '../scenario.ts';

export function settledStory(scenario: () => Scenario): void {
  test('after all that the audit balances', async () => {
    const audit = await scenario().audit();
    expect(audit.checks.flatMap(({ first }) => first)).toEqual([]);
    expect(audit).toMatchObject({ balances: true, inFlight: 0 });
  });

  test('and every decision is made again from its record, down to the bytes of its events', async () => {
    expectReplayed(await scenario().replay());
  });
}
