/**
 * The cut: how far each service had read and where each topic ended when the audit began. Read in this order, so that whatever a
 * service had finished reading then has its outcome below the ends: outcomes are written before offsets are committed.
 */
import { topicReaders } from '@lead-router/contracts/consumer-groups.ts';
import { deadLetterTopic, type ServiceName, TOPICS, vendorOfTopic } from '@lead-router/contracts/topics.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import type { CutPartition } from './audit-report.ts';

export interface AuditCut {
  readonly partitions: readonly CutPartition[];
  /** Topics of vendors, sorted. */
  readonly intakeTopics: readonly string[];
  /** Where to stop reading, by partition. */
  until(topic: string): ReadonlyMap<number, number>;
  /** The reader of the topic had finished everything before this offset. */
  consumed(topic: string, partition: number): number;
  /** First offset that still exists. */
  low(topic: string, partition: number): number;
  /** Records of the topic have been deleted by age. */
  hasExpired(topic: string): boolean;
}

export interface CutPositions {
  readonly partitions: readonly CutPartition[];
  /** Committed offsets by topic and partition; absent: nothing was committed. */
  readonly committed: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

export const DEAD_LETTER_SERVICES: readonly ServiceName[] = ['gateway', 'enricher', 'scorer', 'router', 'notifier', 'watchdog'];

export async function takeCut(kafka: KafkaPort): Promise<AuditCut> {
  const existing = await kafka.admin.listTopics();
  const intakeTopics = existing.filter((topic) => vendorOfTopic(topic) !== null).sort();
  const committed = new Map<string, ReadonlyMap<number, number>>();
  for (const { topic, groupId } of topicReaders(existing)) committed.set(topic, await committedOffsets(kafka, { topic, groupId }));
  const wanted = [...Object.values(TOPICS).map(({ topic }) => topic), ...intakeTopics, ...DEAD_LETTER_SERVICES.map(deadLetterTopic)];
  const partitions: CutPartition[] = [];
  for (const topic of wanted.filter((name) => existing.includes(name))) {
    const range = await kafka.admin.offsetRange(topic);
    partitions.push(...range.map(({ partition, low, high }) => ({ topic, partition, from: low, to: high })));
  }
  return cutOf({ partitions, committed });
}

export function cutOf({ partitions, committed }: CutPositions): AuditCut {
  const byTopic = new Map<string, Map<number, CutPartition>>();
  for (const entry of partitions) {
    const ofTopic = byTopic.get(entry.topic) ?? new Map<number, CutPartition>();
    byTopic.set(entry.topic, ofTopic.set(entry.partition, entry));
  }
  const entriesOf = (topic: string): readonly CutPartition[] => [...(byTopic.get(topic)?.values() ?? [])];
  return {
    partitions,
    intakeTopics: [...byTopic.keys()].filter((topic) => vendorOfTopic(topic) !== null),
    until: (topic) => new Map(entriesOf(topic).map(({ partition, to }) => [partition, to])),
    consumed: (topic, partition) => committed.get(topic)?.get(partition) ?? 0,
    low: (topic, partition) => byTopic.get(topic)?.get(partition)?.from ?? 0,
    hasExpired: (topic) => entriesOf(topic).some(({ from }) => from > 0),
  };
}

async function committedOffsets(
  kafka: KafkaPort,
  { topic, groupId }: { readonly topic: string; readonly groupId: string },
): Promise<ReadonlyMap<number, number>> {
  const offsets = new Map<number, number>();
  const count = await kafka.admin.partitionCount(topic);
  for (let partition = 0; partition < count; partition++) {
    const offset = await kafka.admin.committedOffset(groupId, { topic, partition });
    if (offset !== null) offsets.set(partition, offset);
  }
  return offsets;
}
