/** Events as the router's own functions make them, held to their batches made again: the same ones hold, and each planted difference shows. */
import { type CodecFor, openTopicCodec } from '@lead-router/contracts/codec.ts';
import { asEventId, eventIdFor } from '@lead-router/contracts/ids.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { type DecideBatchRequest, decideBatch, locksFor } from '@lead-router/domain/decide-batch.ts';
import { JointSnapshot } from '@lead-router/domain/joint-snapshot.ts';
import type { BatchOutcome } from '@lead-router/domain/routing-model.ts';
import { batchOutputs } from '@lead-router/router/batch-outputs.ts';
import { openContractWire } from '@lead-router/router/contract-wire.ts';
import { prepareInputs } from '@lead-router/router/prepare-inputs.ts';
import type { RouterWire } from '@lead-router/router/router-wire.ts';
import { consumed, scoredTestLead, testLeadId } from '@lead-router/router/router-world.test-support.ts';
import type { BatchRecord } from '@lead-router/store/router-store.ts';
import type { ConsumedRecord, OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { activityRecord } from '@lead-router/testkit/inbox-records.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { locksOf } from '../../../../test/contract/router-store-fixture.ts';
import { SIMULATION_START, simulationRuleSet } from '../../../../test/simulation/simulation-rules.ts';
import { EventBook } from './event-book.ts';
import { EVENT_TOPICS, type EventCodecs, openEventCodecs, readEvent } from './made-events.ts';

interface Published {
  readonly batch: BatchRecord;
  readonly request: DecideBatchRequest;
  readonly outcome: Extract<BatchOutcome, { readonly kind: 'DECIDED' }>;
  readonly inbox: readonly ConsumedRecord[];
  readonly outputs: readonly OutgoingRecord[];
}

const ruleSet = simulationRuleSet(1);
const NOW = SIMULATION_START + 5;
let codecs: EventCodecs;
let inbox: CodecFor<'InboxEvent'>;
let wire: RouterWire;
let published: Published;

/** One batch as the router takes it: read, prepared, decided, encoded. Two new leads, and what their vendor says of the second at once. */
async function publish(): Promise<Published> {
  const accepted = { activity: 'NOTED', agentId: null, occurredAt: SIMULATION_START } as const;
  const sent = [
    { ...scoredTestLead(inbox, { name: 'alone' }), headers: { traceparent: '00-1' } },
    scoredTestLead(inbox, { name: 'spoken-of', lead: { attributes: { pool: 'field', grade: 'HOT' } } }),
    activityRecord(inbox, { eventId: asEventId(crypto.randomUUID()), leadId: testLeadId('spoken-of'), ...accepted }),
  ];
  const records = consumed(sent, 40);
  const messages = (await wire.read(records)).flatMap((answer) => (answer.ok ? [answer.message] : []));
  const peeked = { leads: new Map(), contexts: new Map(), early: new Map() };
  const hashIdentity = (text: string): string => text;
  const prepared = prepareInputs(messages, peeked, { ruleSet, ruleSetVersion: 1, hashIdentity, wire, now: NOW, early: new Map() });
  const empty = { identities: new Map(), leads: new Map(), destinations: new Map(), pools: new Map(), waiters: new Map(), away: new Map() };
  const books = new JointSnapshot({ ...empty, locked: locksOf({}) }, { waitersPerPool: 10 });
  const snapshot = books.read(locksFor({ ruleSet, inputs: prepared.inputs, peeked }));
  if (snapshot === null) throw new Error('the books are empty');
  const batch = { batchId: '2-40-1', partition: 2, epoch: 1, from: 40, to: 43, ruleSetVersion: 1, now: NOW, seed: 7 };
  const request = { ruleSet, ruleSetVersion: 1, snapshot, inputs: prepared.inputs, context: { now: NOW, seed: 7 }, eventId: eventIdFor };
  const outcome = decideBatch(request);
  if (outcome.kind !== 'DECIDED') throw new Error(outcome.kind);
  const contexts = prepared.contextsAfter(new Set(outcome.ignored.map(({ inputIndex }) => inputIndex))).all;
  const outputs = batchOutputs(wire, { outcome, messages: prepared.turns.messages, contexts, batch, refused: [] });
  return { batch, request, outcome, inbox: records, outputs };
}

beforeAll(async () => {
  const schemas = createMemorySchemas();
  [wire, inbox, codecs] = await Promise.all([
    openContractWire(schemas, { version: 'test' }),
    openTopicCodec(schemas, 'inbox'),
    openEventCodecs(schemas),
  ]);
  published = await publish();
});

interface Tampered {
  readonly outputs?: (outputs: readonly OutgoingRecord[]) => readonly OutgoingRecord[];
  readonly inbox?: (records: readonly ConsumedRecord[]) => readonly ConsumedRecord[];
  readonly leadId?: string;
}

function replay({ outputs = (all) => all, inbox: read = (all) => all, leadId }: Tampered = {}) {
  const book = new EventBook(codecs, leadId === undefined ? {} : { leadId });
  book.add(published.batch, published.request, published.outcome);
  for (const record of read(published.inbox)) book.inputs.see(inbox, published.batch.partition, record);
  for (const name of EVENT_TOPICS) {
    const ofTopic = outputs(published.outputs).filter(({ topic }) => topic === TOPICS[name].topic);
    for (const record of consumed(ofTopic)) if (record.value !== null) book.compare(name, record, readEvent(codecs, name, record.value));
  }
  return book;
}

/** The first decision's event, changed. */
const withFirst = (change: (first: OutgoingRecord) => OutgoingRecord) => (outputs: readonly OutgoingRecord[]) =>
  outputs.map((output, at) => (at === 0 ? change(output) : output));

function inDecision(change: (cut: ReturnType<EventCodecs['decided']['decodePrefix']>) => Buffer) {
  return withFirst((first) => ({ ...first, value: change(codecs.decided.decodePrefix(first.value ?? Buffer.alloc(0))) }));
}

describe('events made again', () => {
  it('are byte for byte those that the router has put on its topics', () => {
    const book = replay();
    expect(book.faults).toEqual([]);
    expect(book.counts('decided')).toEqual({ made: 2, same: 2, withInput: 2 });
    const states = published.outputs.filter(({ topic }) => topic === TOPICS.state.topic).length;
    expect(states).toBeGreaterThanOrEqual(2);
    expect(book.counts('state')).toEqual({ made: states, same: states, withInput: states });
  });

  it('are counted where the topic, or the inbox, no longer has them', () => {
    expect(replay({ inbox: () => [] }).counts('decided')).toEqual({ made: 2, same: 2, withInput: 0 });
    expect(replay({ outputs: (all) => all.slice(1) }).counts('decided')).toEqual({ made: 2, same: 1, withInput: 1 });
    expect(replay({ inbox: () => [] }).faults).toEqual([]);
  });

  it('are those of one lead alone where one is asked for', () => {
    expect(replay({ leadId: testLeadId('alone') }).counts('decided')).toEqual({ made: 1, same: 1, withInput: 1 });
  });

  it.each([
    [
      'another agent',
      inDecision(({ prefix, context }) => codecs.decided.encodeWithContext({ ...prefix, agentId: 'eve' }, context)),
      'says something else',
    ],
    [
      'a later hour',
      inDecision(({ prefix, context }) => codecs.decided.encodeWithContext({ ...prefix, decidedAt: NOW + 1 }, context)),
      'says something else',
    ],
    [
      'another correlation id',
      inDecision(({ prefix, context }) =>
        codecs.decided.encodeWithContext({ ...prefix, envelope: { ...prefix.envelope, correlationId: 'other' } }, context),
      ),
      'has another correlation id than its input',
    ],
    [
      'the context of another lead',
      (outputs: readonly OutgoingRecord[]) => {
        const other = codecs.decided.decodePrefix(
          outputs.filter(({ topic }) => topic === TOPICS.decided.topic)[1]?.value ?? Buffer.alloc(0),
        );
        return inDecision(({ prefix }) => codecs.decided.encodeWithContext(prefix, other.context))(outputs);
      },
      'carries another context than its submission',
    ],
    ['other headers', withFirst((first) => ({ ...first, headers: {} })), 'has other headers than its input'],
    ['another key', withFirst((first) => ({ ...first, key: testLeadId('spoken-of') })), 'has another key than its lead'],
    ['the event twice', (outputs: readonly OutgoingRecord[]) => [...outputs, ...outputs.slice(0, 1)], 'is there twice'],
  ])('show %s', (_name, outputs, what) => {
    expect(replay({ outputs }).faults).toMatchObject([{ topic: 'decided', batchId: '2-40-1', what: expect.stringContaining(what) }]);
  });
});
