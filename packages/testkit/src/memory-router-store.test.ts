/** The double of the router's store keeps the contract that Postgres keeps. */
import { routerStoreContract } from '../../../test/contract/router-store.contract.ts';
import type { CreateRouterStore } from '../../../test/contract/router-store-fixture.ts';
import { MemoryDatabase } from './memory-database.ts';
import { activateRuleVersion, createMemoryRouterStore, sayPresence } from './memory-router-store.ts';
import { createMemoryTimerStore } from './memory-timer-store.ts';
import { driveInRealTime } from './real-time-driver.ts';
import { Scheduler } from './scheduler.ts';

const createStore: CreateRouterStore = async ({ lockTimeoutMs }) => {
  const scheduler = new Scheduler({ seed: 1, startAt: 0 });
  const poolTimerId = (poolId: string): string => `timer of ${poolId}`;
  const times = { lockTimeoutMs, idleInTransactionMs: lockTimeoutMs - 500 };
  const database = new MemoryDatabase({ scheduler, partitions: 3, activeRuleVersion: 1, poolTimerId, times });
  const options = { database, process: scheduler.createProcess('client') };
  return {
    store: createMemoryRouterStore(options),
    timers: createMemoryTimerStore(options),
    poolTimerId,
    activate: (version) => activateRuleVersion(options, version),
    say: (word) => sayPresence(options, word),
    close: driveInRealTime(scheduler),
  };
};

routerStoreContract('in memory', createStore);
