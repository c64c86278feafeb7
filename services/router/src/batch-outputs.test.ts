/** Which records a decided batch emits and in which order, through the real rules, store contract and wire. */
import { asEventId, asLeadId, routeEventId } from '@lead-router/contracts/ids.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import type { BatchEffect, BatchOutcome } from '@lead-router/domain/routing-model.ts';
import { activityRecord } from '@lead-router/testkit/inbox-records.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aLead } from '../../../test/contract/router-store-fixture.ts';
import { SIMULATION_START } from '../../../test/simulation/simulation-rules.ts';
import { batchOutputs } from './batch-outputs.ts';
import { openContractWire } from './contract-wire.ts';
import { consumed, type LedgerWorld, openLedgerWorld, scoredTestLead, testLeadId } from './router-world.test-support.ts';

let world: LedgerWorld;
let epoch: number;
let from: number;

beforeEach(async () => {
  world = await openLedgerWorld();
  epoch = await world.ledger.raiseEpoch(0);
  from = 0;
});

afterEach(() => world.close());

async function apply(records: Parameters<typeof consumed>[0]) {
  const answer = await world.ledger.apply({ partition: 0, epoch, from, to: from + records.length, records: consumed(records, from) });
  from += records.length;
  if (answer.kind !== 'APPLIED') throw new Error(answer.reason);
  return answer.outputs;
}

const names = (outputs: readonly { readonly topic: string; readonly key: string | Buffer | null }[]) =>
  outputs.map(({ topic, key }) => `${topic.replace(/^lead\.|\.v1$/g, '')} ${key === null ? '' : String(key).slice(0, 8)}`);

const short = (name: string) => testLeadId(name).slice(0, 8);

describe('outputs of a batch', () => {
  test('go in the order of the inputs: each decision before the state it leads to', async () => {
    const outputs = await apply(['a', 'b'].map((name) => scoredTestLead(world.inbox, { name })));
    expect(names(outputs)).toEqual(['a', 'b'].flatMap((name) => [`decided ${short(name)}`, `state ${short(name)}`]));
  });

  test('of a change that is no decision are the state alone', async () => {
    await apply([scoredTestLead(world.inbox, { name: 'a' })]);
    const agentId = world.database.leads.get(testLeadId('a'))?.agentId ?? null;
    const accepted = {
      eventId: asEventId(crypto.randomUUID()),
      leadId: testLeadId('a'),
      activity: 'ACCEPTED',
      agentId,
      occurredAt: SIMULATION_START,
    } as const;
    expect(names(await apply([activityRecord(world.inbox, accepted)]))).toEqual([`state ${short('a')}`]);
  });

  test('end with the dead letters, and after them the wake-ups', async () => {
    // Two places, so two wait; a place that frees calls up the first of them.
    const leads = ['a', 'b', 'c', 'd'].map((name) =>
      scoredTestLead(world.inbox, { name, lead: { attributes: { pool: 'field', grade: 'HOT' } } }),
    );
    await apply(leads);
    const owner = [...world.database.leads.values()].find(({ stage }) => stage === 'ASSIGNED');
    if (!owner) throw new Error('nobody has a lead');
    const won = {
      eventId: asEventId(crypto.randomUUID()),
      leadId: owner.leadId,
      activity: 'WON',
      agentId: owner.agentId,
      occurredAt: SIMULATION_START,
    } as const;
    const outputs = await apply([{ topic: 'lead.inbox.v1', key: 'k', value: null }, activityRecord(world.inbox, won)]);
    const topics = outputs.map(({ topic }) => topic);
    expect(topics).toEqual(['lead.state.v1', 'router.dead-letter.v1', 'lead.inbox.v1']);
    const [read] = await world.wire.read(consumed(outputs.slice(-1)));
    expect(read).toMatchObject({ ok: true, message: { kind: 'ROUTE', poolId: 'field', cause: 'CAPACITY_FREED' } });
    if (read?.ok) {
      const { leadId } = read.message;
      expect(world.database.leads.get(leadId)?.stage).toBe('WAITING');
      // Made of the batch's place: emitted again, it is the same event.
      expect(read.message.eventId).toBe(routeEventId({ partition: 0, from: 4, leadId, poolId: 'field', cause: 'CAPACITY_FREED' }));
    }
  });

  test('carry the headers and the correlation of their input, and the context byte for byte', async () => {
    const lead = scoredTestLead(world.inbox, { name: 'a' });
    const outputs = await apply([{ ...lead, headers: { traceparent: '00-1' } }]);
    expect(outputs.map(({ headers }) => headers)).toEqual([{ traceparent: '00-1' }, { traceparent: '00-1' }]);
    const given = world.inbox.decodePrefix(lead.value ?? Buffer.alloc(0));
    const { prefix, context } = world.decided.decodePrefix(outputs[0]?.value ?? Buffer.alloc(0));
    expect(prefix).toMatchObject({ kind: 'ASSIGNED', batchId: `0-0-${epoch}`, batchIndex: 0 });
    expect(prefix.envelope.correlationId).toBe(given.prefix.envelope.correlationId);
    expect(context?.equals(given.context ?? Buffer.alloc(0))).toBe(true);
  });
});

describe('an effect without its context', () => {
  test('is a bug, and says which lead', async () => {
    const wire = await openContractWire(createMemorySchemas(), { version: 'test' });
    const lead = aLead({ leadId: asLeadId('lead-1') });
    const effect: BatchEffect = { kind: 'STATE', inputIndex: 0, change: { eventId: asEventId('e'), lead } };
    const outcome: Extract<BatchOutcome, { kind: 'DECIDED' }> = {
      kind: 'DECIDED',
      effects: [effect],
      ignored: [],
      wakeUps: [],
      writes: { identities: [], leads: [], destinations: [], pools: [], waitersPut: [], waitersRemoved: [] },
    };
    const batch = { batchId: '0-0-1', partition: 0, epoch: 1, from: 0, to: 1, ruleSetVersion: 1, now: 0, seed: 0, body: Buffer.alloc(0) };
    expect(() => batchOutputs(wire, { outcome, messages: [], contexts: new Map(), batch, refused: [] })).toThrow(
      /lead-1 was decided in batch 0-0-1/,
    );
  });
});
