/** Messages become inputs with facts under the active rule set, on the real wire. */
import { decodeContext, encodeContext } from '@lead-router/contracts/context-codec.ts';
import type { LeadActivity } from '@lead-router/contracts/generated/wire-types.ts';
import { asEventId } from '@lead-router/contracts/ids.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { ActivityKind } from '@lead-router/domain/routing-model.ts';
import type { PeekResult } from '@lead-router/store/router-store.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { activityRecord } from '@lead-router/testkit/inbox-records.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aLead } from '../../../test/contract/router-store-fixture.ts';
import { simulationRuleSet } from '../../../test/simulation/simulation-rules.ts';
import { type EarlyActivities, earlyWrites, readEarly } from './early-activities.ts';
import { type PreparedBatch, prepareInputs } from './prepare-inputs.ts';
import type { InboxMessage } from './router-wire.ts';
import { consumed, type LedgerWorld, openLedgerWorld, scoredTestLead, testLeadId } from './router-world.test-support.ts';

const NOBODY_KNOWN = {
  ...{ firstName: null, lastName: null, jobTitle: null, email: null, phone: null, mobile: null, fullName: null, found: null },
  ...{ fax: null, street: null, comments: null },
};
const NOW = Date.UTC(2026, 0, 5);
const NOBODY: PeekResult = { leads: new Map(), contexts: new Map(), early: new Map() };

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
  options: {
    readonly version?: number;
    readonly peeked?: PeekResult;
    readonly ignored?: ReadonlySet<number>;
    readonly early?: EarlyActivities;
  } = {},
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
    early: options.early ?? new Map(),
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

describe('an activity', () => {
  const LATER = { budget: null, authority: 'UNKNOWN', need: null, timeFrame: 'LATER', productInterest: [] } as const;
  const note = { notes: 'Call on Monday.', ...NOBODY_KNOWN };
  const reported = (id: string, kind: ActivityKind, detail: Partial<LeadActivity> = {}): OutgoingRecord =>
    activityRecord(world.inbox, {
      eventId: asEventId(id),
      leadId: testLeadId('a'),
      activity: kind,
      agentId: 'ann',
      occurredAt: 1_000,
      detail,
    });
  const contextOf = ({ contexts }: Prepared) => world.wire.readContext(contexts.get(testLeadId('a')) ?? Buffer.alloc(0));

  test('brings answers, attributes and notes: they are kept, and count from it on', async () => {
    const records = [
      activity('a', 'CONTACTED'),
      reported('answers', 'ANSWERED', { answers: { ...LATER, budget: 9 }, attributes: { grade: 'NEED_INFORMATION' }, person: note }),
    ];
    const prepared = await prepare(records, { peeked: await known('a') });
    expect(prepared.inputs.map(({ facts }) => [facts?.grade, facts?.budget, facts?.timeFrame])).toEqual([
      ['HOT', null, 'UNKNOWN'],
      ['NEED_INFORMATION', 9, 'LATER'],
    ]);
    expect(prepared.inputs[1]).toMatchObject({ bringsData: true, isHumanResponse: true, revision: null });
    const { lead, person, history } = contextOf(prepared);
    expect(lead).toMatchObject({ qualification: { budget: 9, timeFrame: 'LATER' }, attributes: { grade: 'NEED_INFORMATION' } });
    expect(person?.notes).toBe('[1970-01-01T00:00:01.000Z ann] Call on Monday.');
    expect(history.map(({ activity: kind, learned }) => [kind, learned.length])).toEqual([
      ['CONTACTED', 0],
      ['ANSWERED', 4],
    ]);
  });

  test('of engagement counts with its time, and fades', async () => {
    const clicked = { reason: 'clicked', isHumanResponse: false };
    const at = (occurredAt: number, id: string): OutgoingRecord =>
      activityRecord(world.inbox, {
        ...{ eventId: asEventId(id), leadId: testLeadId('a'), activity: 'ENGAGED' },
        agentId: null,
        occurredAt,
        detail: clicked,
      });
    const { inputs } = await prepare([at(NOW, 'c1'), at(NOW - 14 * 86_400_000, 'c2')], { peeked: await known('a') });
    expect(inputs.map(({ facts }) => [facts?.engagementScore, facts?.engagementCount])).toEqual([
      [5, 1],
      [8, 2],
    ]);
  });

  test('that was ignored is no part of the history, unless it brought something', async () => {
    const records = [reported('heard', 'ACCEPTED'), reported('not', 'ACCEPTED'), reported('data', 'QUALIFIED', { person: note })];
    const prepared = await prepare(records, { peeked: await known('a'), ignored: new Set([1, 2]) });
    expect(
      contextOf(prepared)
        .history.map(({ eventId }) => eventId)
        .sort(),
    ).toEqual(['data', 'heard']);
  });

  test('changes nothing of a person who is sealed', async () => {
    const peeked = await known('a');
    const [stored = Buffer.alloc(0)] = peeked.contexts.values();
    const open = decodeContext(world.wire.fromStored(stored));
    const sealed = world.wire.toStored(encodeContext({ ...open, person: null, personSealed: Buffer.from('sealed') }));
    const contexts = new Map([[testLeadId('a'), sealed]]);
    const prepared = await prepare([reported('note', 'NOTED', { person: note })], { peeked: { ...peeked, contexts } });
    const after = decodeContext(prepared.contexts.get(testLeadId('a')) ?? Buffer.alloc(0));
    expect(after).toMatchObject({ person: null, personSealed: Buffer.from('sealed'), history: [{ activity: 'NOTED' }] });
  });
});

describe('an activity that came before its lead', () => {
  const at = (occurredAt: number, kind: 'NOTED' | 'ENGAGED' | 'ACCEPTED'): OutgoingRecord =>
    activityRecord(world.inbox, {
      eventId: asEventId(`${kind}-${occurredAt}`),
      leadId: testLeadId('a'),
      activity: kind,
      agentId: null,
      occurredAt,
    });
  const ids = ({ inputs }: Prepared): readonly string[] => inputs.map(({ eventId, kind }) => (kind === 'SCORED' ? kind : eventId));
  const keptBefore = (...records: readonly OutgoingRecord[]): Promise<EarlyActivities> =>
    readEarly(world.wire, new Map([[testLeadId('a'), records.flatMap(({ value }) => (value === null ? [] : [value]))]]));

  test('is applied behind it, in the order in which they happened, with what an earlier batch kept', async () => {
    const early = await keptBefore(at(40, 'NOTED'), at(10, 'ENGAGED'));
    const lead = scoredTestLead(world.inbox, { name: 'a' });
    const prepared = await prepare(
      [at(30, 'ENGAGED'), scoredTestLead(world.inbox, { name: 'b' }), at(20, 'NOTED'), lead, at(5, 'ACCEPTED')],
      { early },
    );
    expect(ids(prepared)).toEqual(['SCORED', 'SCORED', 'ENGAGED-10', 'NOTED-20', 'ENGAGED-30', 'NOTED-40', 'ACCEPTED-5']);
    expect(prepared.inputs.every(({ facts }) => facts !== null)).toBe(true);
    expect(prepared.turns.taken.map(({ eventId }) => eventId)).toEqual(['ENGAGED-10', 'NOTED-40']);
    expect(prepared.turns.messages.map(({ eventId }) => eventId)).toEqual(prepared.inputs.map(({ eventId }) => eventId));
    const { history } = world.wire.readContext(prepared.contexts.get(testLeadId('a')) ?? Buffer.alloc(0));
    expect(history.map(({ eventId }) => eventId)).toEqual(['ACCEPTED-5', 'ENGAGED-10', 'NOTED-20', 'ENGAGED-30', 'NOTED-40']);
  });

  test('is kept as it came where the lead has not come, and what it was kept with', async () => {
    const record = at(40, 'NOTED');
    const prepared = await prepare([record, scoredTestLead(world.inbox, { name: 'b' })]);
    expect(ids(prepared)).toEqual(['NOTED-40', 'SCORED']);
    expect(earlyWrites({ ignored: [] }, prepared.turns)).toBeUndefined();
    const writes = earlyWrites({ ignored: [{ inputIndex: 0, reason: 'LEAD_NOT_YET_KNOWN' }] }, prepared.turns);
    expect(writes).toEqual({ kept: [{ leadId: testLeadId('a'), eventId: 'NOTED-40', occurredAt: 40, value: record.value }], taken: [] });
  });

  test('of a known lead takes nothing that was kept; one that cannot be read stays', async () => {
    const lead = scoredTestLead(world.inbox, { name: 'a' });
    const again = await prepare([lead], { peeked: await known('a'), early: await keptBefore(at(1, 'NOTED')) });
    expect([ids(again), again.turns.taken]).toEqual([['SCORED'], []]);
    const unreadable = await readEarly(world.wire, new Map([[testLeadId('a'), [Buffer.from([1, 2, 3])]]]));
    expect(ids(await prepare([lead], { early: unreadable }))).toEqual(['SCORED']);
  });

  test('is applied once, where its lead is submitted twice in one batch', async () => {
    const lead = scoredTestLead(world.inbox, { name: 'a' });
    const prepared = await prepare([lead, lead], { early: await keptBefore(at(1, 'NOTED')) });
    expect([ids(prepared), prepared.turns.taken.length]).toEqual([['SCORED', 'NOTED-1', 'SCORED'], 1]);
  });
});

test('inputs stand in the order of the messages, each beside its own', async () => {
  const ids: readonly LeadId[] = ['b', 'a', 'c'].map(testLeadId);
  const { inputs, turns } = await prepare(['b', 'a', 'c'].map((name) => scoredTestLead(world.inbox, { name })));
  expect(inputs.map(({ leadId }) => leadId)).toEqual(ids);
  expect(turns.messages.map(({ leadId }) => leadId)).toEqual(ids);
});
