/**
 * Holds the events on the topics to the replayed batches, byte for byte: what a decision says, made again; correlation id and headers as its
 * input has them; the context of a new lead as its submission has it. Of each event a few numbers are kept, not its bytes.
 */
import type { DecideBatchRequest } from '@lead-router/domain/decide-batch.ts';
import type { BatchOutcome } from '@lead-router/domain/routing-model.ts';
import type { BatchRecord } from '@lead-router/store/router-store.ts';
import type { ConsumedRecord } from '@lead-router/stream/kafka-port.ts';
import { digestBytes, digestHeaders, type EventInput, EventInputs } from './event-inputs.ts';
import { EVENT_TOPICS, type EventCodecs, type EventTopic, type EventWords, makeEvents, type SeenEvent } from './made-events.ts';

export interface EventCounts {
  /** Events that the batches make. */
  readonly made: number;
  /** Of those: found on the topic, and the same. */
  readonly same: number;
  /** Of those: their input was still in the inbox, so that their correlation id was held to it. */
  readonly withInput: number;
}

export interface EventFault {
  readonly topic: EventTopic;
  readonly eventId: string;
  readonly leadId: string;
  readonly batchId: string;
  /** Plain words. */
  readonly what: string;
  /** What the event on the topic says, where the batch says something else. */
  readonly seen: EventWords['words'] | null;
}

interface Entry {
  readonly topic: EventTopic;
  readonly leadId: string;
  readonly batchId: string;
  readonly input: EventInput;
  readonly words: number;
  isSeen: boolean;
}

export class EventBook {
  readonly inputs = new EventInputs();
  readonly faults: EventFault[] = [];
  readonly #codecs: EventCodecs;
  readonly #leadId: string | null;
  readonly #entries = new Map<string, Entry>();
  readonly #counts = new Map(EVENT_TOPICS.map((topic) => [topic, { made: 0, same: 0, withInput: 0 }]));

  /** `leadId`: only what is made of this lead. */
  constructor(codecs: EventCodecs, options: { readonly leadId?: string } = {}) {
    this.#codecs = codecs;
    this.#leadId = options.leadId ?? null;
  }

  add(batch: BatchRecord, request: DecideBatchRequest, outcome: Extract<BatchOutcome, { readonly kind: 'DECIDED' }>): void {
    for (const { topic, eventId, leadId, inputIndex, bytes } of makeEvents(this.#codecs, batch, outcome)) {
      if (this.#leadId !== null && leadId !== this.#leadId) continue;
      const input = this.inputs.want(batch, request, inputIndex);
      this.#entries.set(eventId, { topic, leadId, batchId: batch.batchId, input, words: digestBytes(bytes), isSeen: false });
      this.#count(topic, 'made');
    }
  }

  /** Once all inputs are seen. An event that no batch here makes is left out: those that came since are not there, and the audit finds strangers. */
  compare(topic: EventTopic, record: Pick<ConsumedRecord, 'key' | 'headers'>, seen: SeenEvent): void {
    const entry = this.#entries.get(seen.eventId);
    if (entry === undefined || entry.topic !== topic) return;
    const saysTheSame = entry.words === digestBytes(seen.bytes);
    const what = saysTheSame ? unlike(entry, record, seen) : 'says something else than its batch';
    const isAgain = entry.isSeen;
    entry.isSeen = true;
    if (what === null && !isAgain) {
      this.#count(topic, 'same');
      if (entry.input.correlationId !== null) this.#count(topic, 'withInput');
      return;
    }
    const { leadId, batchId } = entry;
    this.faults.push({
      topic,
      eventId: seen.eventId,
      leadId,
      batchId,
      what: what ?? 'is there twice',
      seen: saysTheSame ? null : seen.words,
    });
  }

  counts(topic: EventTopic): EventCounts {
    return { made: 0, same: 0, withInput: 0, ...this.#counts.get(topic) };
  }

  #count(topic: EventTopic, what: keyof EventCounts): void {
    const counts = this.#counts.get(topic);
    if (counts !== undefined) counts[what] += 1;
  }
}

/** null: nothing differs that the record can tell. */
function unlike({ input, leadId }: Entry, record: Pick<ConsumedRecord, 'key' | 'headers'>, seen: SeenEvent): string | null {
  if (seen.isAsEncoded === false) return 'has other bytes than what it says is encoded as';
  if (record.key?.toString() !== leadId) return 'has another key than its lead';
  if (input.correlationId !== null && input.correlationId !== seen.correlationId) return 'has another correlation id than its input';
  if (input.headers !== null && input.headers !== digestHeaders(record.headers)) return 'has other headers than its input';
  if (input.context !== null && seen.context !== null && input.context !== digestBytes(seen.context))
    return 'carries another context than its submission';
  return null;
}
