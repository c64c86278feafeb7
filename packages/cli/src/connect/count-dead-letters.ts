/**
 * How many dead letters there are, exactly: where they are written in transactions the offsets count markers too, so the records are
 * read; each of them once, however often one asks.
 */
import { randomUUID } from 'node:crypto';
import { deadLetterTopic, hasMarkers, type ServiceName } from '@lead-router/contracts/topics.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import { DEAD_LETTER_SERVICES } from '../audit/audit-cut.ts';

export type DeadLetterCounts = Readonly<Record<string, number>>;

type Ranges = Awaited<ReturnType<KafkaPort['admin']['offsetRange']>>;

interface Counted {
  /** By partition: offsets of the records that are there, in their order. */
  readonly offsets: Map<number, number[]>;
  /** By partition: everything before it has been read. */
  readonly to: Map<number, number>;
}

/** By service, as far back as the topics go; a topic that is not there has none. Keep it for as long as one asks. */
export function createDeadLetterCounter(kafka: KafkaPort): () => Promise<DeadLetterCounts> {
  const counted = new Map<ServiceName, Counted>();
  const countOf = async (service: ServiceName): Promise<number> => {
    const topic = deadLetterTopic(service);
    const ranges = await kafka.admin.offsetRange(topic);
    if (!hasMarkers(topic)) return ranges.reduce((sum, { low, high }) => sum + high - low, 0);
    const known = counted.get(service) ?? { offsets: new Map(), to: new Map() };
    counted.set(service, known);
    await readOn(kafka, { topic, known, ranges });
    return ranges.reduce((sum, { partition, low }) => sum + countFrom(known.offsets.get(partition) ?? [], low), 0);
  };
  return async () => {
    const existing = await kafka.admin.listTopics();
    const counts = DEAD_LETTER_SERVICES.map(
      async (service) => [service, existing.includes(deadLetterTopic(service)) ? await countOf(service) : 0] as const,
    );
    return Object.fromEntries(await Promise.all(counts));
  };
}

interface Reading {
  readonly topic: string;
  readonly known: Counted;
  readonly ranges: Ranges;
}

async function readOn(kafka: KafkaPort, { topic, known, ranges }: Reading): Promise<void> {
  if (ranges.every(({ partition, low, high }) => low === high || known.to.get(partition) === high)) return;
  await readTopic(kafka, {
    topic,
    groupId: `lead-router-cli-${randomUUID()}`,
    from: new Map(known.to),
    until: new Map(ranges.map(({ partition, high }) => [partition, high])),
    onRecords: (records, partition) => {
      const offsets = known.offsets.get(partition) ?? [];
      for (const { offset } of records) offsets.push(offset);
      known.offsets.set(partition, offsets);
      const last = records.at(-1);
      if (last !== undefined) known.to.set(partition, last.offset + 1);
    },
  });
  for (const { partition, high } of ranges) known.to.set(partition, high);
}

/** Those that have not been deleted by age. */
function countFrom(offsets: readonly number[], low: number): number {
  const first = offsets.findIndex((offset) => offset >= low);
  return first < 0 ? 0 : offsets.length - first;
}
