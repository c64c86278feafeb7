/** The contract of the router's store, on a real Postgres. */
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterAll } from 'vitest';
import { routerStoreContract } from '../../../test/contract/router-store.contract.ts';
import type { CreateRouterStore } from '../../../test/contract/router-store-fixture.ts';
import { activateRuleSet } from './activate-rule-set.ts';
import { ensurePartitions } from './partitions.ts';
import { createPostgresRouterStore } from './postgres-router-store.ts';
import { putPresence } from './presence-store.ts';
import { publishRuleSet } from './rule-set-store.ts';
import { createPostgresTimerStore } from './timer-store.ts';

/** One database for all, emptied for each. */
let opened: Promise<TestPool> | null = null;
afterAll(async () => (await opened)?.close());

const createStore: CreateRouterStore = async ({ lockTimeoutMs }) => {
  opened ??= openTestPool({ timeouts: { lockMs: lockTimeoutMs, idleInTransactionMs: lockTimeoutMs - 500 } });
  const { pool, reset } = await opened;
  await reset();
  await ensurePartitions(pool, 3);
  const activate = async (version: number): Promise<void> => {
    await publishRuleSet(pool, { name: 'test', digest: `digest-${version}`, source: '', tables: new Map(), publishedBy: 'test' });
    const answer = await activateRuleSet(pool, { version, by: 'test', reason: null, poolTimerId: timerIdOf, timeoutMs: 0 });
    if (!answer.ok) throw new Error(answer.message);
  };
  await activate(1);
  return {
    store: createPostgresRouterStore(pool, { poolTimerId: timerIdOf }),
    timers: createPostgresTimerStore(pool),
    poolTimerId: timerIdOf,
    activate,
    say: (word) => putPresence(pool, { ...word, reason: null, changedBy: 'test' }, timerIdOf),
    close: async () => {},
  };
};

/** One name, one UUID. */
const timerIdOf = (poolId: string): string => `00000000-0000-4000-8000-${Buffer.from(poolId).toString('hex').slice(0, 12).padEnd(12, '0')}`;

routerStoreContract('Postgres', createStore);
