/**
 * The contract of the router's store: what `packages/store` on a real Postgres and the double in the testkit both keep, word for
 * word of the port. Nothing in it knows what is below.
 */
import { afterEach, beforeEach, describe } from 'vitest';
import { describeBatches } from './router-store-batches.ts';
import { describeConversions } from './router-store-conversions.ts';
import { describeEarly } from './router-store-early.ts';
import type { CreateRouterStore, RouterStoreFixture } from './router-store-fixture.ts';
import { describeLocks } from './router-store-locks.ts';
import { describePresence } from './router-store-presence.ts';
import { describeRecords } from './router-store-records.ts';
import { describeTimers } from './router-store-timers.ts';
import { describeWaiters } from './router-store-waiters.ts';

/** Longer than any wait that is to end well, short enough to be waited out by the test that wants it. */
const LOCK_TIMEOUT_MS = 2_500;

export const routerStoreContract = (name: string, createStore: CreateRouterStore): void => {
  describe(`router store contract: ${name}`, () => {
    let current: RouterStoreFixture | null = null;

    beforeEach(async () => {
      current = await createStore({ lockTimeoutMs: LOCK_TIMEOUT_MS });
    });

    afterEach(async () => {
      await current?.close();
      current = null;
    });

    const fixture = (): RouterStoreFixture => {
      if (current === null) throw new Error('no store was made for this test');
      return current;
    };

    describeBatches(fixture);
    describeLocks(fixture);
    describeRecords(fixture);
    describeWaiters(fixture);
    describeTimers(fixture);
    describePresence(fixture);
    describeConversions(fixture);
    describeEarly(fixture);
  });
};
