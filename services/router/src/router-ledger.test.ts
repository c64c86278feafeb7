/** What the ledger answers, with the real wire and rules over the double of the store that keeps the store's contract. */
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { eventIdFor } from '@lead-router/contracts/ids.ts';
import { ACTIVITIES } from '@lead-router/contracts/parse-activity.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import { type RouterStore, type RouterTransaction, StoreFault, type StoreFaultKind } from '@lead-router/store/router-store.ts';
import type { ApplyAnswer, ApplyRequest } from '@lead-router/stream/exactly-once-task.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { activityRecord } from '@lead-router/testkit/inbox-records.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { consumed, type LedgerWorld, openLedgerWorld, scoredTestLead, type TestLead, testLeadId } from './router-world.test-support.ts';

const opened: LedgerWorld[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((world) => world.close()));
});

async function open(tamper?: (store: RouterStore) => RouterStore): Promise<LedgerWorld> {
  const world = await openLedgerWorld(tamper);
  opened.push(world);
  return world;
}

function request(records: readonly OutgoingRecord[], known: Partial<ApplyRequest> = {}): ApplyRequest {
  const from = known.from ?? 0;
  return { partition: 0, epoch: 1, from, to: from + records.length, records: consumed(records, from), ...known };
}

const topicsOf = (answer: ApplyAnswer) => (answer.kind === 'APPLIED' ? answer.outputs.map(({ topic }) => topic) : []);

/** Every transaction of the store, changed. */
const withTransactions =
  (change: (transaction: RouterTransaction) => RouterTransaction) =>
  (store: RouterStore): RouterStore => ({ ...store, begin: async () => change(await store.begin()) });

describe('a batch', () => {
  test('is decided, written with its outputs, and readable as the stored one', async () => {
    const world = await open();
    const epoch = await world.ledger.raiseEpoch(0);
    const leads = ['a', 'b'].map((name) => scoredTestLead(world.inbox, { name }));
    const answer = await world.ledger.apply(request(leads, { epoch }));
    expect(topicsOf(answer)).toEqual(['lead.decided.v1', 'lead.state.v1', 'lead.decided.v1', 'lead.state.v1']);
    expect([...world.database.decisions.keys()]).toEqual([`${testLeadId('a')}/1`, `${testLeadId('b')}/1`]);
    const stored = await world.ledger.readStoredBatch(0, epoch);
    const values = answer.kind === 'APPLIED' ? answer.outputs.map(({ value }) => value) : [];
    expect(stored).toMatchObject({ kind: 'OK', stored: { from: 0, to: 2 } });
    expect(stored.kind === 'OK' ? stored.stored?.outputs.map(({ value }) => value) : []).toEqual(values);
  });

  test('of nothing that counts is stored all the same: batches tile the log', async () => {
    const world = await open();
    const epoch = await world.ledger.raiseEpoch(0);
    const answer = await world.ledger.apply(request([], { epoch, from: 4, to: 9 }));
    expect(answer).toEqual({ kind: 'APPLIED', outputs: [] });
    expect(await world.ledger.readStoredBatch(0, epoch)).toMatchObject({ stored: { from: 4, to: 9, outputs: [] } });
  });

  test('emits nothing for an event that was applied before, in this batch or an earlier one', async () => {
    const world = await open();
    const epoch = await world.ledger.raiseEpoch(0);
    const lead = scoredTestLead(world.inbox, { name: 'a' });
    expect(topicsOf(await world.ledger.apply(request([lead, lead], { epoch })))).toHaveLength(2);
    expect(await world.ledger.apply(request([lead], { epoch, from: 2 }))).toEqual({ kind: 'APPLIED', outputs: [] });
    expect(world.counts.repeats).toBe(2);
    expect(world.database.decisions.size).toBe(1);
  });

  test('keeps an activity whose lead is not there, and applies it once, in the batch that decides the lead', async () => {
    const world = await open();
    const epoch = await world.ledger.raiseEpoch(0);
    const leadId = testLeadId('a');
    const early = (id: string, occurredAt: number) =>
      activityRecord(world.inbox, { eventId: eventIdFor('early', id), leadId, activity: 'WON', agentId: null, occurredAt });
    const note = activityRecord(world.inbox, {
      eventId: eventIdFor('early', 'n'),
      leadId,
      activity: 'NOTED',
      agentId: null,
      occurredAt: 1,
    });
    expect(await world.ledger.apply(request([early('w', 2), note], { epoch }))).toEqual({ kind: 'APPLIED', outputs: [] });
    expect(world.database.early.size).toBe(2);
    // A repeat of one, before the lead.
    expect(await world.ledger.apply(request([note], { epoch, from: 2 }))).toEqual({ kind: 'APPLIED', outputs: [] });
    const answer = await world.ledger.apply(request([scoredTestLead(world.inbox, { name: 'a' })], { epoch, from: 3 }));
    expect(topicsOf(answer)).toEqual(['lead.decided.v1', 'lead.state.v1', 'lead.state.v1', 'lead.state.v1']);
    expect(world.database.leads.get(leadId)).toMatchObject({ stage: 'CLOSED', outcome: 'WON', revision: 1, version: 3 });
    expect(world.database.early.size).toBe(0);
    // And one behind it.
    expect(await world.ledger.apply(request([early('w', 2), note], { epoch, from: 4 }))).toEqual({ kind: 'APPLIED', outputs: [] });
    const stored = world.database.contexts.get(leadId) ?? Buffer.alloc(0);
    const { history } = world.wire.readContext(world.wire.fromStored(stored));
    expect(history.map(({ activity }) => activity)).toEqual(['NOTED', 'WON']);
  });

  test.each(ACTIVITIES)('loses no lead to an activity of kind %s that was kept with texts Postgres refuses', async (activity) => {
    const world = await open();
    const epoch = await world.ledger.raiseEpoch(0);
    const leadId = testLeadId('a');
    // Kept as bytes, it would stand in the lead's way only if its texts came into columns of text. Its time does, and was in one when it was kept.
    const texts = { system: 'x\0', reason: 'x\0', attributes: { 'x\0': 'x\0' } };
    const early = activityRecord(world.inbox, {
      ...{ eventId: eventIdFor('early', 'x'), leadId, activity, agentId: 'x\0', occurredAt: 1 },
      detail: { ...texts, answers: { budget: 5, authority: 'DECIDES', need: 'x\0', timeFrame: 'UNKNOWN', productInterest: ['x\0'] } },
    });
    await world.ledger.apply(request([early], { epoch }));
    expect(world.database.early.size).toBe(1);
    const answer = await world.ledger.apply(request([scoredTestLead(world.inbox, { name: 'a' })], { epoch, from: 1 }));
    expect(topicsOf(answer)).toContain('lead.decided.v1');
    expect(world.retries).toEqual([]);
    expect(world.database.early.size).toBe(0);
  });

  test('learns once from an event that is repeated beside others', async () => {
    const world = await open();
    const epoch = await world.ledger.raiseEpoch(0);
    const leadId = testLeadId('a');
    const click = { leadId, activity: 'ENGAGED' as const, agentId: null, occurredAt: 1, detail: { reason: 'clicked' } };
    const [first, second] = ['1', '2'].map((id) => activityRecord(world.inbox, { ...click, eventId: eventIdFor('click', id) }));
    if (first === undefined || second === undefined) throw new Error('there are two');
    await world.ledger.apply(request([scoredTestLead(world.inbox, { name: 'a' }), first], { epoch }));
    await world.ledger.apply(request([first, second], { epoch, from: 2 }));
    const stored = world.database.contexts.get(leadId) ?? Buffer.alloc(0);
    expect(world.wire.readContext(world.wire.fromStored(stored)).history.map(({ reason }) => reason)).toEqual(['clicked', 'clicked']);
    expect(world.counts.repeats).toBe(1);
  });

  test('puts what cannot be read into the dead letters, and decides the rest', async () => {
    const world = await open();
    const epoch = await world.ledger.raiseEpoch(0);
    const elsewhere = await openTopicCodec(createMemorySchemas(), 'inbox');
    const unknownId = scoredTestLead(elsewhere, { name: 'x' });
    unknownId.value?.writeUInt32BE(99, 1);
    const bad: OutgoingRecord[] = [
      { topic: 'lead.inbox.v1', key: 'k', value: null },
      { topic: 'lead.inbox.v1', key: 'k', value: Buffer.from([1, 2, 3]) },
      unknownId,
    ];
    const answer = await world.ledger.apply(request([...bad, scoredTestLead(world.inbox, { name: 'a' })], { epoch }));
    expect(topicsOf(answer)).toEqual(['lead.decided.v1', 'lead.state.v1', ...bad.map(() => 'router.dead-letter.v1')]);
    expect(world.counts.deadLetters).toBe(3);
  });

  test('with one value that Postgres refuses loses that one alone', async () => {
    const world = await open();
    const epoch = await world.ledger.raiseEpoch(0);
    const names = ['a', 'b', 'c', 'd', 'e'];
    const leads = names.map((name) => scoredTestLead(world.inbox, { name, lead: name === 'c' ? { vendor: 'vendor\0a' } : {} }));
    const answer = await world.ledger.apply(request(leads, { epoch }));
    const letters = answer.kind === 'APPLIED' ? answer.outputs.filter(({ topic }) => topic === 'router.dead-letter.v1') : [];
    expect(letters).toHaveLength(1);
    expect(letters[0]?.value).toEqual(leads[2]?.value);
    expect(letters[0]?.headers).toMatchObject({ 'dlq.error.code': 'LR_ROUTER_VALUE_REFUSED', 'dlq.source.offset': '2' });
    // Not applied, so that it can be redriven.
    expect(world.database.leads.size).toBe(4);
  });
});

describe('a batch that is no longer ours', () => {
  test('is not written when the epoch was raised by somebody else', async () => {
    const world = await open();
    const epoch = await world.ledger.raiseEpoch(0);
    await world.ledger.raiseEpoch(0);
    const answer = await world.ledger.apply(request([scoredTestLead(world.inbox, { name: 'a' })], { epoch }));
    expect(answer).toMatchObject({ kind: 'REASSIGN' });
    expect(await world.ledger.readStoredBatch(0, epoch)).toEqual({ kind: 'STALE_EPOCH' });
    expect(world.database.leads.size).toBe(0);
  });

  test('is not written when one past its beginning is stored', async () => {
    const world = await open();
    const epoch = await world.ledger.raiseEpoch(0);
    await world.ledger.apply(request([scoredTestLead(world.inbox, { name: 'a' })], { epoch }));
    const again = await world.ledger.apply(request([scoredTestLead(world.inbox, { name: 'b' })], { epoch }));
    expect(again).toMatchObject({ kind: 'REASSIGN' });
    expect(world.database.leads.size).toBe(1);
  });

  test('asks for the assignment again when nobody knows whether the commit happened', async () => {
    const lost = withTransactions((transaction) => ({
      ...transaction,
      commit: async () => {
        await transaction.commit();
        throw new StoreFault('unknown-outcome', 'no answer to COMMIT');
      },
    }));
    const world = await open(lost);
    const epoch = await world.ledger.raiseEpoch(0);
    const answer = await world.ledger.apply(request([scoredTestLead(world.inbox, { name: 'a' })], { epoch }));
    expect(answer).toMatchObject({ kind: 'REASSIGN' });
    expect(await world.ledger.readStoredBatch(0, epoch)).toMatchObject({ stored: { from: 0, to: 1 } });
  });
});

/** As the port promises: after a write that failed, the commit fails as it did. */
function refusingWrites(transaction: RouterTransaction, nextFault: () => StoreFault | null): RouterTransaction {
  let fault: StoreFault | null = null;
  return {
    ...transaction,
    write: (...sets) => {
      fault = nextFault();
      if (fault === null) return transaction.write(...sets);
      const refused = Promise.reject(fault);
      refused.catch(() => undefined);
      return refused;
    },
    commit: async () => {
      if (fault === null) return transaction.commit();
      await transaction.rollback();
      throw fault;
    },
  };
}

describe('a batch that has to be tried again', () => {
  const failing = (kind: StoreFaultKind, times: number) => {
    let left = times;
    return withTransactions((transaction) =>
      refusingWrites(transaction, () => {
        left -= 1;
        return left < 0 ? null : new StoreFault(kind, `planted: ${kind}`);
      }),
    );
  };

  test('is decided after conflicts, with no trace of the attempts', async () => {
    const world = await open(failing('conflict', 3));
    const epoch = await world.ledger.raiseEpoch(0);
    const answer = await world.ledger.apply(request([scoredTestLead(world.inbox, { name: 'a' })], { epoch }));
    expect(topicsOf(answer)).toHaveLength(2);
    expect(world.retries).toEqual(['conflict', 'conflict', 'conflict']);
    expect(world.database.batches.size).toBe(1);
  });

  test('is given back as the fault it is when conflicts do not end, and when Postgres is away', async () => {
    for (const [kind, times] of [
      ['conflict', 1_000],
      ['unavailable', 1],
    ] as const) {
      const world = await open(failing(kind, times));
      const epoch = await world.ledger.raiseEpoch(0);
      await expect(world.ledger.apply(request([scoredTestLead(world.inbox, { name: 'a' })], { epoch }))).rejects.toMatchObject({ kind });
      expect(world.database.leads.size).toBe(0);
    }
  });

  test('follows the rule set that its transaction finds active: the whole batch is of one version', async () => {
    const world = await open();
    const epoch = await world.ledger.raiseEpoch(0);
    world.database.activeRuleVersion = 2;
    const leads = ['a', 'b', 'c'].map((name) =>
      scoredTestLead(world.inbox, { name, lead: { attributes: { pool: 'field', grade: 'HOT' } } }),
    );
    await world.ledger.apply(request(leads, { epoch }));
    expect(world.retries).toContain('rule-set-moved');
    // An even version sends elsewhere, and scores with its number.
    for (const lead of world.database.leads.values()) expect(lead).toMatchObject({ ruleSetVersion: 2, poolId: 'calls', score: 2 });
    expect(world.database.leads.size).toBe(3);
  });

  test('takes the locks that turn out to be missing, and only then decides', async () => {
    const asked: (readonly string[])[] = [];
    const world = await open((store) => ({
      ...store,
      begin: async () => {
        const transaction = await store.begin();
        return {
          ...transaction,
          lockAndRead: (locks, options) => {
            asked.push(locks.pools);
            // As if the guess had been short of the pool at the first attempt.
            return transaction.lockAndRead(asked.length === 1 ? { ...locks, pools: [] } : locks, options);
          },
        };
      },
    }));
    const epoch = await world.ledger.raiseEpoch(0);
    const answer = await world.ledger.apply(request([scoredTestLead(world.inbox, { name: 'a' })], { epoch }));
    expect(topicsOf(answer)).toHaveLength(2);
    expect(world.retries).toEqual(['missing-locks']);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toEqual([...(asked[1] ?? [])].sort());
  });
});

describe('batches of several partitions at once', () => {
  interface Together {
    readonly world: LedgerWorld;
    /** Partitions of each transaction that was written, in order. */
    readonly written: number[][];
    readonly epochs: readonly number[];
  }

  async function openTogether(change: (transaction: RouterTransaction) => RouterTransaction = (same) => same): Promise<Together> {
    const written: number[][] = [];
    const watched = withTransactions((transaction) => ({
      ...transaction,
      write: (...sets) => {
        written.push(sets.map(({ batch }) => batch.partition));
        return transaction.write(...sets);
      },
    }));
    const world = await open((store) => withTransactions(change)(watched(store)));
    const epochs: number[] = [];
    for (const partition of [0, 1, 2]) epochs.push(await world.ledger.raiseEpoch(partition));
    return { world, written, epochs };
  }

  /** One lead each; the first one goes alone, since nobody else is there yet. */
  const applyAll = ({ world, epochs }: Together, known: readonly Partial<ApplyRequest>[] = [], lead: TestLead['lead'] = {}) =>
    Promise.all(
      [0, 1, 2].map((partition) => {
        const record = scoredTestLead(world.inbox, { name: `lead of ${partition}`, lead: partition === 2 ? lead : {} });
        return world.ledger.apply(request([record], { partition, epoch: epochs[partition] ?? 0, ...known[partition] }));
      }),
    );

  test('go through Postgres together once they wait, and each is stored as its own', async () => {
    const together = await openTogether();
    const answers = await applyAll(together);
    expect(together.written).toEqual([[0], [1, 2]]);
    expect(answers.map(topicsOf)).toEqual([0, 1, 2].map(() => ['lead.decided.v1', 'lead.state.v1']));
    const { world, epochs } = together;
    for (const [partition, epoch] of epochs.entries()) {
      const answer = answers[partition];
      const stored = await world.ledger.readStoredBatch(partition, epoch);
      const outputs = stored.kind === 'OK' ? stored.stored?.outputs.map(({ value }) => value) : [];
      expect(outputs).toEqual(answer?.kind === 'APPLIED' ? answer.outputs.map(({ value }) => value) : null);
    }
    expect(world.database.decisions.size).toBe(3);
    const [pool] = world.database.pools.values();
    expect(pool?.open).toBe(3);
  });

  test('are not held up by one that is no longer ours', async () => {
    const together = await openTogether();
    const answers = await applyAll(together, [{}, { epoch: 99 }, {}]);
    expect(answers.map(({ kind }) => kind)).toEqual(['APPLIED', 'REASSIGN', 'APPLIED']);
    expect(together.world.database.leads.size).toBe(2);
  });

  test('lose nothing but the value that Postgres refuses', async () => {
    const together = await openTogether();
    const answers = await applyAll(together, [], { vendor: 'vendor\0a' });
    expect(answers.map(topicsOf)).toEqual([
      ['lead.decided.v1', 'lead.state.v1'],
      ['lead.decided.v1', 'lead.state.v1'],
      ['router.dead-letter.v1'],
    ]);
    expect(together.world.database.leads.size).toBe(2);
  });

  test('are all assigned anew when nobody knows whether they were committed', async () => {
    let commits = 0;
    const together = await openTogether((transaction) => ({
      ...transaction,
      commit: async () => {
        commits += 1;
        await transaction.commit();
        if (commits === 2) throw new StoreFault('unknown-outcome', 'no answer to COMMIT');
      },
    }));
    const answers = await applyAll(together);
    expect(answers.map(({ kind }) => kind)).toEqual(['APPLIED', 'REASSIGN', 'REASSIGN']);
  });

  test('are all given back when Postgres is away', async () => {
    let writes = 0;
    const together = await openTogether((transaction) =>
      refusingWrites(transaction, () => {
        writes += 1;
        return writes === 2 ? new StoreFault('unavailable', 'away') : null;
      }),
    );
    const settled = await Promise.allSettled([0, 1, 2].map((partition) => applyOne(together, partition)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect(await Promise.all([1, 2].map((partition) => applyOne(together, partition)))).toMatchObject([
      { kind: 'APPLIED' },
      { kind: 'APPLIED' },
    ]);
  });

  const applyOne = ({ world, epochs }: Together, partition: number) =>
    world.ledger.apply(
      request([scoredTestLead(world.inbox, { name: `lead of ${partition}` })], { partition, epoch: epochs[partition] ?? 0 }),
    );
});
