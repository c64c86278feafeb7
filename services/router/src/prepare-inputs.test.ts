/** Messages become inputs with facts under the active rule set, on the real wire. */
import { asEventId } from '@lead-router/contracts/ids.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { PeekResult } from '@lead-router/store/router-store.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { activityRecord } from '@lead-router/testkit/inbox-records.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aLead } from '../../../test/contract/router-store-fixture.ts';
import { simulationRuleSet } from '../../../test/simulation/simulation-rules.ts';
import { type PreparedBatch, prepareInputs } from './prepare-inputs.ts';
import type { InboxMessage } from './router-wire.ts';
import { consumed, type LedgerWorld, openLedgerWorld, scoredTestLead, testLeadId } from './router-world.test-support.ts';

const NOW = Date.UTC(2026, 0, 5);
const NOBODY: PeekResult = { leads: new Map(), contexts: new Map(), identities: new Map() };

interface Prepared extends PreparedBatch {
  readonly contexts: ReadonlyMap<LeadId, Buffer>;
  readonly changedContexts: ReadonlySet<LeadId>;
}

let world: LedgerWorld;

beforeEach(async () => {
  world = await openLedgerWorld();
});

afterEach(() => world.close());

async function prepare(
  records: readonly OutgoingRecord[],
  options: { readonly version?: number; readonly peeked?: PeekResult; readonly ignored?: ReadonlySet<number> } = {},
): Promise<Prepared> {
  const { version = 1, peeked = NOBODY } = options;
  const answers = await world.wire.read(consumed(records));
  const messages = answers.map((answer): InboxMessage => {
    if (!answer.ok) throw new Error(answer.detail);
    return answer.message;
  });
  const prepared = prepareInputs(messages, peeked, {
    ruleSet: simulationRuleSet(version),
    ruleSetVersion: version,
    hashIdentity: (text) => text,
    wire: world.wire,
    now: NOW,
  });
  const { all, changed } = prepared.contextsAfter(options.ignored ?? new Set());
  return { ...prepared, contexts: all, changedContexts: new Set(changed.keys()) };
}

/** As the store would show a lead that was decided before. */
async function known(name: string, record: Parameters<typeof aLead>[0] = {}): Promise<PeekResult> {
  const leadId = testLeadId(name);
  const { contexts } = await prepare([scoredTestLead(world.inbox, { name })]);
  const context = contexts.get(leadId);
  if (!context) throw new Error('no context');
  return {
    ...NOBODY,
    leads: new Map([[leadId, aLead({ leadId, ...record })]]),
    contexts: new Map([[leadId, world.wire.toStored(context)]]),
  };
}

const activity = (name: string, kind: 'QUALIFIED' | 'CONTACTED', id = kind): OutgoingRecord =>
  activityRecord(world.inbox, { eventId: asEventId(`${id}`), leadId: testLeadId(name), activity: kind, agentId: 'ann', occurredAt: 1 });

describe('a scored lead', () => {
  test('of the active version keeps what the scorer found, and its bytes', async () => {
    const record = scoredTestLead(world.inbox, { name: 'a' });
    const { inputs, contexts, changedContexts } = await prepare([record]);
    expect(inputs[0]).toMatchObject({ kind: 'SCORED', vendor: 'vendor-a', facts: { score: 1, isQualified: false } });
    expect([...changedContexts]).toEqual([testLeadId('a')]);
    const given = world.inbox.decodePrefix(record.value ?? Buffer.alloc(0)).context;
    expect(contexts.get(testLeadId('a'))?.equals(given ?? Buffer.alloc(0))).toBe(true);
  });

  test('stamped with another version is evaluated again, and its context says so', async () => {
    const { inputs, contexts } = await prepare([scoredTestLead(world.inbox, { name: 'a', ruleSetVersion: 1 })], { version: 2 });
    expect(inputs[0]).toMatchObject({ facts: { score: 2 } });
    const again = await prepare([scoredTestLead(world.inbox, { name: 'a', ruleSetVersion: 2 })], { version: 2 });
    expect(contexts.get(testLeadId('a'))?.equals(again.contexts.get(testLeadId('a')) ?? Buffer.alloc(0))).toBe(true);
  });

  test('that is known already changes nothing about the lead', async () => {
    const peeked = await known('a');
    const { changedContexts, contexts } = await prepare([scoredTestLead(world.inbox, { name: 'a', ruleSetVersion: 2 })], { peeked });
    expect(changedContexts.size).toBe(0);
    expect(world.wire.toStored(contexts.get(testLeadId('a')) ?? Buffer.alloc(0))).toEqual(peeked.contexts.get(testLeadId('a')));
  });
});

describe('a later message', () => {
  test('brings the facts of its lead under the active version', async () => {
    const { inputs, changedContexts } = await prepare([activity('a', 'CONTACTED')], { version: 2, peeked: await known('a') });
    expect(inputs[0]).toMatchObject({ kind: 'ACTIVITY', facts: { score: 2, isQualified: false } });
    expect([...changedContexts]).toEqual([testLeadId('a')]);
  });

  test('sees that its lead is qualified: by the row, by itself, or by one before it in the batch', async () => {
    const qualified = async (peeked: PeekResult, records: readonly OutgoingRecord[]) =>
      (await prepare(records, { peeked })).inputs.map((input) => input.facts?.isQualified);
    expect(await qualified(await known('a', { isQualified: true }), [activity('a', 'CONTACTED')])).toEqual([true]);
    expect(
      await qualified(await known('a'), [activity('a', 'CONTACTED', 'CONTACTED'), activity('a', 'QUALIFIED'), activity('a', 'CONTACTED')]),
    ).toEqual([false, true, true]);
  });

  test('finds a lead that was submitted in the same batch', async () => {
    const { inputs } = await prepare([scoredTestLead(world.inbox, { name: 'a' }), activity('a', 'CONTACTED')]);
    expect(inputs.map((input) => input.facts?.score)).toEqual([1, 1]);
  });

  test('about a lead that nobody submitted has no facts, and touches no context', async () => {
    const { inputs, contexts, changedContexts } = await prepare([activity('nobody', 'CONTACTED')]);
    expect(inputs[0]?.facts).toBeNull();
    expect([contexts.size, changedContexts.size]).toEqual([0, 0]);
  });
});

test('inputs stand in the order of the messages, each beside its own', async () => {
  const ids: readonly LeadId[] = ['b', 'a', 'c'].map(testLeadId);
  const { inputs, messages } = await prepare(['b', 'a', 'c'].map((name) => scoredTestLead(world.inbox, { name })));
  expect(inputs.map(({ leadId }) => leadId)).toEqual(ids);
  expect(messages.map(({ leadId }) => leadId)).toEqual(ids);
});
