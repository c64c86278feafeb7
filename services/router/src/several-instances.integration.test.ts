/**
 * Several routers on one real Postgres, each with a partition of its own and all with the same pools: nobody waits for nobody in a circle, no
 * count is lost, shares stay fair. And how many statements a batch takes, which is the same for five leads and for five hundred.
 */
import { eventIdFor, poolTimerId } from '@lead-router/contracts/ids.ts';
import { activateRuleSet } from '@lead-router/store/activate-rule-set.ts';
import { readAuditedBooks } from '@lead-router/store/audit-books.ts';
import { findRevisionFaults } from '@lead-router/store/audit-store.ts';
import { ensurePartitions } from '@lead-router/store/partitions.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { createPostgresRouterStore } from '@lead-router/store/postgres-router-store.ts';
import { publishRuleSet } from '@lead-router/store/rule-set-store.ts';
import { statement } from '@lead-router/store/statement.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { activityRecord } from '@lead-router/testkit/inbox-records.ts';
import { openTestPool, type TestPool } from '@lead-router/testkit/test-postgres.ts';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SIMULATION_START } from '../../../test/simulation/simulation-rules.ts';
import { consumed, type LedgerWorld, openLedgerWorld, scoredTestLead, testLeadId } from './router-world.test-support.ts';

const INSTANCES = 4;
const BATCHES = 12;
const LEADS_A_BATCH = 25;
/** The last one is nobody's: it goes to the final decision makers, two without caps. */
const WANTED = ['field', 'calls', 'desk', 'nobody'];

let test: TestPool;
const opened: LedgerWorld[] = [];

beforeEach(async () => {
  test = await openTestPool({ maxConnections: 4 * INSTANCES });
  await ensurePartitions(test.pool, INSTANCES);
  await publishRuleSet(test.pool, { name: 'simulation', digest: '1', source: '', tables: new Map(), publishedBy: 'test' });
  const answer = await activateRuleSet(test.pool, { version: 1, by: 'test', reason: null, poolTimerId, timeoutMs: 0 });
  if (!answer.ok) throw new Error(answer.message);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((world) => world.close()));
  await test.close();
});

async function openInstance(pool: PostgresPool = test.pool): Promise<LedgerWorld> {
  const world = await openLedgerWorld(() => createPostgresRouterStore(pool, { poolTimerId }));
  opened.push(world);
  return world;
}

interface NamedLead {
  readonly name: string;
  /** Says what it wants, and who it is. */
  readonly index: number;
  readonly partition?: number;
}

/** Each third person comes to all routers, the others once. */
const leadOf = ({ inbox }: LedgerWorld, { name, index, partition = 0 }: NamedLead): OutgoingRecord => {
  const person = String(index % 3 === 0 ? index : 1_000 * (partition + 1) + index);
  return scoredTestLead(inbox, { name, lead: { attributes: { pool: WANTED[index % WANTED.length] ?? '', grade: 'HOT', person } } });
};

const accepted = ({ inbox }: LedgerWorld, name: string): OutgoingRecord =>
  activityRecord(inbox, {
    eventId: eventIdFor('accepted', name),
    leadId: testLeadId(name),
    activity: 'ACCEPTED',
    agentId: null,
    occurredAt: SIMULATION_START,
  });

it('loses no count and keeps to the shares, with four routers at once', async () => {
  const worlds = await Promise.all(Array.from({ length: INSTANCES }, () => openInstance()));
  await Promise.all(
    worlds.map(async (world, partition) => {
      const epoch = await world.ledger.raiseEpoch(partition);
      for (let batch = 0; batch < BATCHES; batch++) {
        const from = batch * LEADS_A_BATCH;
        const records = Array.from({ length: LEADS_A_BATCH }, (_, index) =>
          leadOf(world, { name: `${partition}/${from + index}`, index: from + index, partition }),
        );
        const request = { partition, epoch, from, to: from + records.length, records: consumed(records, from) };
        expect(await world.ledger.apply(request)).toMatchObject({ kind: 'APPLIED' });
      }
    }),
  );
  const { pools, worked, waiting, queueFaults, timerFaults } = await readAuditedBooks(test.pool, 10);
  const sum = (of: readonly { readonly leads: number }[]): number => of.reduce((total, { leads }) => total + leads, 0);
  for (const pool of pools) {
    const inPool = worked.filter(({ poolId }) => poolId === pool.poolId);
    expect([pool.poolId, pool.open, pool.waiting]).toEqual([
      pool.poolId,
      sum(inPool),
      sum(waiting.filter(({ poolId }) => poolId === pool.poolId)),
    ]);
    for (const { agentId, open } of pool.members)
      expect([agentId, open]).toEqual([agentId, sum(inPool.filter((one) => one.agentId === agentId))]);
  }
  const deciders = worked.filter(({ agentId }) => agentId === 'd1' || agentId === 'd2').map(({ leads }) => leads);
  expect(deciders).toHaveLength(2);
  expect(Math.min(...deciders)).toBeGreaterThan(80);
  expect(Math.max(...deciders) - Math.min(...deciders)).toBeLessThanOrEqual(1);
  expect([queueFaults.total, timerFaults.total, (await findRevisionFaults(test.pool, 10)).total]).toEqual([0, 0, 0]);
  // The server tells of its deadlocks when a session ends or a second is over.
  await test.pool.run(statement('test-flush', 'SELECT pg_stat_force_next_flush()'));
  expect(
    await test.pool.run(statement('test-deadlocks', 'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()')),
  ).toEqual([{ deadlocks: 0 }]);
});

it('takes as many statements for a batch of 500 as for one of 5', async () => {
  const transactions: string[][] = [];
  const counting: PostgresPool = {
    ...test.pool,
    begin: async () => {
      const transaction = await test.pool.begin();
      const run = transaction.run.bind(transaction);
      const names: string[] = [];
      transactions.push(names);
      transaction.run = (one, values) => {
        names.push(one.name);
        return run(one, values);
      };
      return transaction;
    },
  };
  const world = await openInstance(counting);
  const epoch = await world.ledger.raiseEpoch(0);
  let from = 0;
  const statementsOf = async (leads: number): Promise<readonly string[]> => {
    const named = (index: number): string => `${leads}/${index}`;
    const apply = async (records: readonly OutgoingRecord[]): Promise<readonly string[]> => {
      transactions.length = 0;
      const request = { partition: 0, epoch, from, to: from + records.length, records: consumed(records, from) };
      expect(await world.ledger.apply(request)).toMatchObject({ kind: 'APPLIED' });
      from = request.to;
      // Tried again with the locks that turn out to be missing; never more often because there are more leads.
      expect(transactions.length).toBeLessThanOrEqual(3);
      return transactions.at(-1) ?? [];
    };
    // What comes before its lead, then the leads, known and new ones in one batch, with what is told of them.
    await apply(Array.from({ length: leads }, (_, index) => accepted(world, named(index))));
    await apply(Array.from({ length: leads }, (_, index) => leadOf(world, { name: `${named(index)} before`, index })));
    return apply(
      Array.from({ length: leads }, (_, index) => [
        leadOf(world, { name: named(index), index }),
        accepted(world, `${named(index)} before`),
      ]).flat(),
    );
  };
  const few = await statementsOf(5);
  const many = await statementsOf(500);
  expect([...many].sort()).toEqual([...few].sort());
  expect(few).toEqual(
    expect.arrayContaining(['leads-insert', 'leads-update', 'early-activities-take', 'timers-upsert', 'decisions-insert']),
  );
  expect(new Set(many).size).toBe(many.length);
});
