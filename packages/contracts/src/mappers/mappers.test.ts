import { avroArbitrary } from '@lead-router/testkit/avro-arbitrary.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { schemaFiles } from '../avro-types.ts';
import { openTopicCodec } from '../codec.ts';
import type { InboxEvent, InboxEventPrefix, LeadContext, LeadState } from '../generated/wire-types.ts';
import { asEventId } from '../ids.ts';
import { composeSchema } from '../schema-files.ts';
import { createMemorySchemas } from '../schema-source.ts';
import type { RecordName } from '../topics.ts';
import { fromContext, toContext } from './context-mapper.ts';
import { toLeadDecided, toLeadSla, toStateEvent } from './decision-mapper.ts';
import { fromInboxEvent, toInboxEvent } from './inbox-mapper.ts';
import { toLeadRecord, toLeadState } from './state-mapper.ts';

const anyValue = <T>(record: RecordName): fc.Arbitrary<T> => avroArbitrary(composeSchema(record, schemaFiles())) as fc.Arbitrary<T>;
/** A lead's clocks are never a pool's, nor of a kind that this version does not know; of its breaches and its outcome the same holds. */
const anyState = anyValue<LeadState>('LeadState').map((state): LeadState => {
  const isKnown = ({ kind }: LeadState['laterTimers'][number]): boolean => kind !== 'POOL_WAKE' && kind !== 'UNKNOWN';
  return {
    ...state,
    timer: state.timer !== null && isKnown(state.timer) ? state.timer : null,
    laterTimers: state.laterTimers.filter(isKnown),
    breaches: state.breaches.map((breach) => ({ ...breach, clock: breach.clock === 'RESPONSE' ? 'RESPONSE' : 'ACCEPT' })),
    outcome: state.outcome === 'UNKNOWN' ? null : state.outcome,
  };
});
const provenance = { occurredAt: 1, recordedAt: 2, correlationId: 'c' };

describe('wire to domain and back', () => {
  test('leaves a state as it was', () => {
    fc.assert(
      fc.property(anyState, ({ context: _, ...state }) => {
        expect(toLeadState(state.envelope, toLeadRecord(state))).toEqual(state);
      }),
    );
  });

  test('leaves an inbox event as it was, whatever its body', async () => {
    const codec = await openTopicCodec(createMemorySchemas(), 'inbox');
    const known = new Set<string>();
    fc.assert(
      fc.property(anyValue<InboxEvent>('InboxEvent'), (event) => {
        const bytes = codec.encode(event);
        const message = fromInboxEvent(codec.decodePrefix(bytes));
        known.add(message.kind);
        expect(message).toMatchObject({
          eventId: event.envelope.eventId,
          leadId: event.envelope.leadId,
          occurredAt: event.envelope.occurredAt,
        });
        if (message.kind === 'UNREADABLE') throw new Error(message.reason);
        const back = toInboxEvent(event.envelope, message);
        expect(codec.encodeWithContext(back.prefix, back.context).equals(bytes)).toBe(true);
      }),
      { numRuns: 300 },
    );
    expect([...known].sort()).toEqual(['ACTIVITY', 'REASSIGN', 'ROUTE', 'SCORED', 'TIMER']);
  });

  test('leaves a context as it was, sealed or not', () => {
    fc.assert(
      fc.property(anyValue<LeadContext>('LeadContext'), (context) => {
        expect(toContext(fromContext(context))).toEqual(context);
      }),
    );
  });
});

describe('what a newer writer may say', () => {
  const envelope = { eventId: 'e', leadId: 'l', occurredAt: 1, recordedAt: 2, correlationId: 'c' };
  const unknown = (body: InboxEventPrefix['body']): unknown => fromInboxEvent({ prefix: { envelope, body }, context: null });

  test('comes out of the inbox as unreadable, with the reason', () => {
    expect(unknown({ 'leadrouter.v1.TimerFired': { timer: 'UNKNOWN', generation: 1, poolId: null, dueAt: 1 } })).toMatchObject({
      kind: 'UNREADABLE',
      reason: 'TIMER_UNKNOWN',
    });
    expect(unknown({ 'leadrouter.v1.RouteLead': { poolId: 'p', cause: 'UNKNOWN' } })).toMatchObject({
      kind: 'UNREADABLE',
      reason: 'CAUSE_UNKNOWN',
    });
    const detail = { system: 'crm', agentId: null, reason: null, isHumanResponse: true, revision: null, answers: null, attributes: {} };
    const activity = { ...detail, activity: 'UNKNOWN' as const, person: null, personSealed: null };
    expect(unknown({ 'leadrouter.v1.LeadActivity': activity })).toMatchObject({ kind: 'UNREADABLE', reason: 'ACTIVITY_UNKNOWN' });
    expect(unknown({ 'leadrouter.v1.LeadScored': { submittedAt: 1, ruleSetVersion: 1 } })).toMatchObject({
      kind: 'UNREADABLE',
      reason: 'CONTEXT_MISSING',
    });
  });

  test('is a stage that somebody has to look at, and no clock', () => {
    fc.assert(
      fc.property(anyState, (state) => {
        const record = toLeadRecord({ ...state, stage: 'UNKNOWN', timer: { kind: 'UNKNOWN', dueAt: 5 } });
        expect([record.stage, record.timer]).toEqual(['EXCEPTION', null]);
      }),
    );
  });
});

test('what was decided can be encoded, and says the same in all its events', async () => {
  const source = createMemorySchemas();
  const [decided, state, sla] = [
    await openTopicCodec(source, 'decided'),
    await openTopicCodec(source, 'state'),
    await openTopicCodec(source, 'sla'),
  ];
  fc.assert(
    fc.property(anyState, ({ context, ...wire }) => {
      const lead = toLeadRecord(wire);
      const eventId = asEventId('e');
      const decision = toLeadDecided(
        { eventId, kind: 'ASSIGNED', cause: 'SUBMITTED', lead, previousAgentId: null, acceptBy: 9 },
        provenance,
        { batchId: 'b', batchIndex: 3 },
      );
      expect(decided.decode(decided.encode({ ...decision, context }))).toEqual({ ...decision, context });
      expect(decision).toMatchObject({
        envelope: { leadId: lead.leadId, correlationId: 'c' },
        revision: lead.revision,
        version: lead.version,
        agentId: lead.agentId,
        batchIndex: 3,
      });
      const change = toStateEvent({ eventId, lead }, provenance);
      expect(state.decode(state.encode({ ...change, context }))).toEqual({ ...change, context });
      const breach = toLeadSla({ eventId, kind: 'ACCEPT_BREACHED', lead, agentId: 'a', dueAt: 4 }, provenance);
      expect(sla.decode(sla.encode(breach))).toEqual(breach);
    }),
    { numRuns: 50 },
  );
});
