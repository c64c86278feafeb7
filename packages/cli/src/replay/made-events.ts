/**
 * The events of a batch, made again from what it decides, by the mappers and codecs that the router makes them with; and the same events as they
 * are read from their topics. What a decision does not know, its correlation id and its context, is left open here: those travel from inbox to
 * output as they are.
 */
import { type CodecFor, type ContextCodec, openTopicCodec } from '@lead-router/contracts/codec.ts';
import type { Envelope } from '@lead-router/contracts/generated/wire-types.ts';
import { eventIdFor } from '@lead-router/contracts/ids.ts';
import { toLeadDecided, toLeadSla, toStateEvent } from '@lead-router/contracts/mappers/decision-mapper.ts';
import type { SchemaSource } from '@lead-router/contracts/schema-source.ts';
import { schemaIdOf } from '@lead-router/contracts/wire-format.ts';
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { BatchEffect, BatchOutcome } from '@lead-router/domain/routing-model.ts';
import type { BatchRecord } from '@lead-router/store/router-store.ts';

export const EVENT_TOPICS = ['decided', 'state', 'sla'] as const;
export type EventTopic = (typeof EVENT_TOPICS)[number];

export interface EventCodecs {
  readonly decided: CodecFor<'LeadDecided'>;
  readonly state: CodecFor<'LeadState'>;
  readonly sla: CodecFor<'LeadSla'>;
}

/** All that the event says but its correlation id and its context. */
export interface EventWords {
  readonly words: Readonly<Record<string, unknown>>;
  /** The same as bytes of its topic. */
  readonly bytes: Buffer;
}

export interface MadeEvent extends EventWords {
  readonly topic: EventTopic;
  readonly eventId: EventId;
  readonly leadId: LeadId;
  readonly inputIndex: number;
}

export interface SeenEvent extends EventWords {
  readonly eventId: string;
  readonly leadId: string;
  /** Of the lead. */
  readonly version: number;
  readonly correlationId: string;
  /** null where the topic's events carry none. */
  readonly context: Buffer | null;
  /** Encoded again in one piece it gives the very bytes that were read; null: another release has written it, in a schema of its own. */
  readonly isAsEncoded: boolean | null;
}

const OPEN = '';
const NO_CONTEXT = Buffer.alloc(0);

export async function openEventCodecs(source: SchemaSource): Promise<EventCodecs> {
  const [decided, state, sla] = await Promise.all([
    openTopicCodec(source, 'decided'),
    openTopicCodec(source, 'state'),
    openTopicCodec(source, 'sla'),
  ]);
  return { decided, state, sla };
}

type Decided = Extract<BatchOutcome, { readonly kind: 'DECIDED' }>;

/** In the order of the batch's effects. */
export function makeEvents(codecs: EventCodecs, batch: Pick<BatchRecord, 'batchId' | 'now'>, { effects }: Decided): readonly MadeEvent[] {
  return effects.flatMap((effect) => eventsOf(codecs, batch, effect));
}

function eventsOf(codecs: EventCodecs, { batchId, now }: Pick<BatchRecord, 'batchId' | 'now'>, effect: BatchEffect): readonly MadeEvent[] {
  const { inputIndex } = effect;
  const provenance = { occurredAt: now, recordedAt: now, correlationId: OPEN };
  const stateOf = (change: Parameters<typeof toStateEvent>[0]): MadeEvent => {
    const { eventId, lead } = change;
    return { topic: 'state', eventId, leadId: lead.leadId, inputIndex, ...wordsIn(codecs.state, toStateEvent(change, provenance)) };
  };
  switch (effect.kind) {
    case 'DECISION': {
      const { eventId, lead } = effect.decision;
      const words = wordsIn(codecs.decided, toLeadDecided(effect.decision, provenance, { batchId, batchIndex: inputIndex }));
      return [
        { topic: 'decided', eventId, leadId: lead.leadId, inputIndex, ...words },
        stateOf({ eventId: eventIdFor('state', lead.leadId, String(lead.version)), lead }),
      ];
    }
    case 'STATE':
      return [stateOf(effect.change)];
    case 'SLA': {
      const words = toLeadSla(effect.sla, provenance);
      const { eventId, lead } = effect.sla;
      return [{ topic: 'sla', eventId, leadId: lead.leadId, inputIndex, words: { ...words }, bytes: codecs.sla.encode(words) }];
    }
  }
}

/** Call the codec's `prepare` first. A CodecFault for bytes that are no such event. */
export function readEvent(codecs: EventCodecs, topic: EventTopic, value: Buffer): SeenEvent {
  switch (topic) {
    case 'decided':
      return readCut(codecs.decided, value);
    case 'state':
      return readCut(codecs.state, value);
    case 'sla': {
      const event = codecs.sla.decode(value);
      const words = withoutCorrelation(event);
      const isAsEncoded = schemaIdOf(value) === codecs.sla.schemaId ? codecs.sla.encode(event).equals(value) : null;
      return { ...idsOf(event), words: { ...words }, bytes: codecs.sla.encode(words), context: null, isAsEncoded };
    }
  }
}

type Enveloped = { readonly envelope: Envelope; readonly version: number };

function readCut<T, P extends Enveloped>(codec: ContextCodec<T, P>, value: Buffer): SeenEvent {
  const { prefix, context } = codec.decodePrefix(value);
  const isAsEncoded = schemaIdOf(value) === codec.schemaId ? codec.encodeWithContext(prefix, context).equals(value) : null;
  return { ...idsOf(prefix), ...wordsIn(codec, withoutCorrelation(prefix)), context, isAsEncoded };
}

function wordsIn<T, P extends Enveloped>(codec: ContextCodec<T, P>, prefix: P): EventWords {
  return { words: { ...prefix }, bytes: codec.encodeWithContext(prefix, NO_CONTEXT) };
}

function withoutCorrelation<P extends Enveloped>(event: P): P {
  return { ...event, envelope: { ...event.envelope, correlationId: OPEN } };
}

function idsOf({ envelope, version }: Enveloped): Pick<SeenEvent, 'eventId' | 'leadId' | 'version' | 'correlationId'> {
  const { eventId, leadId, correlationId } = envelope;
  return { eventId, leadId, version, correlationId };
}
