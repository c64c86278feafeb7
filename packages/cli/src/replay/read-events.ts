/** Reads what the events of replayed batches are held to: their inputs from the inbox, then the events from their topics, up to where those end now. */
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import type { SchemaSource } from '@lead-router/contracts/schema-source.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { partitionOf } from '@lead-router/stream/murmur2.ts';
import { endOffsets } from '@lead-router/stream/read-topic.ts';
import { type OnRecords, readBelowCut } from '../audit/read-below-cut.ts';
import type { EventBook } from './event-book.ts';
import { digestBytes } from './event-inputs.ts';
import { EVENT_TOPICS, type EventCodecs, type EventTopic, readEvent } from './made-events.ts';

export interface EventSource {
  readonly kafka: KafkaPort;
  readonly schemas: SchemaSource;
}

/** By lead: its latest state on the topic, with a digest of the context that it carries. */
export type StatesSeen = ReadonlyMap<string, StateSeen>;

export interface StateSeen {
  readonly version: number;
  readonly context: number;
}

export interface EventsToRead {
  readonly book: EventBook;
  readonly codecs: EventCodecs;
  /** Only the partition that has this lead. */
  readonly leadId?: string;
}

const SILENCE_MS = 30_000;

/** Rejects with a KafkaFault or CodecFault when Kafka or the registry does not answer. */
export async function readEvents(source: EventSource, events: EventsToRead): Promise<StatesSeen> {
  await readInputs(source, events);
  const states = new Map<string, StateSeen>();
  for (const topic of EVENT_TOPICS) await readOutputs(source, topic, { ...events, states });
  return states;
}

async function readInputs({ kafka, schemas }: EventSource, { book }: EventsToRead): Promise<void> {
  const codec = await openTopicCodec(schemas, 'inbox');
  const ranges = book.inputs.ranges();
  const { topic } = TOPICS.inbox;
  const ends = await endOffsets(kafka, topic);
  const until = new Map([...ranges].map(([partition, range]) => [partition, Math.min(range.until, ends.get(partition) ?? 0)]));
  const from = new Map([...ranges].map(([partition, range]) => [partition, range.from]));
  await readBelowCut({ kafka, cut: { until: () => until }, from, silenceMs: SILENCE_MS }, topic, async (records, partition) => {
    await codec.prepare(records.map(({ value }) => value));
    for (const record of records) book.inputs.see(codec, partition, record);
  });
}

async function readOutputs(
  { kafka }: EventSource,
  name: EventTopic,
  { book, codecs, leadId, states }: EventsToRead & { readonly states: Map<string, StateSeen> },
): Promise<void> {
  const { topic } = TOPICS[name];
  const ends = await endOffsets(kafka, topic);
  const only = leadId === undefined ? null : partitionOf(leadId, ends.size);
  const until = only === null ? ends : new Map([[only, ends.get(only) ?? 0]]);
  const onRecords: OnRecords = async (records) => {
    await codecs[name].prepare(records.map(({ value }) => value));
    for (const record of records) {
      if (record.value === null) continue;
      const seen = readEvent(codecs, name, record.value);
      book.compare(name, record, seen);
      const isWanted = name === 'state' && (leadId === undefined || seen.leadId === leadId);
      if (isWanted && seen.context !== null) states.set(seen.leadId, { version: seen.version, context: digestBytes(seen.context) });
    }
  };
  await readBelowCut({ kafka, cut: { until: () => until }, silenceMs: SILENCE_MS }, topic, onRecords);
}
