/** How far each reader is behind, from Kafka's own offsets: for `status` and the live view. */
import { type TopicReader, topicReaders } from '@lead-router/contracts/consumer-groups.ts';
import { hasMarkers } from '@lead-router/contracts/topics.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';

export interface ReaderLag extends TopicReader {
  /** Records between the committed offsets and the ends; one a partition may escape it where transactions are written. */
  readonly lag: number;
}

export async function readLags(kafka: KafkaPort, existing: readonly string[]): Promise<readonly ReaderLag[]> {
  return Promise.all(topicReaders(existing).map(async (reader) => ({ ...reader, lag: await lagOf(kafka, reader) })));
}

async function lagOf({ admin }: KafkaPort, { groupId, topic }: TopicReader): Promise<number> {
  // The last thing in a partition is a marker then, which no group ever gets past.
  const marker = hasMarkers(topic) ? 1 : 0;
  const lags = (await admin.offsetRange(topic)).map(async ({ partition, low, high }) => {
    const committed = await admin.committedOffset(groupId, { topic, partition });
    return Math.max(0, high - Math.max(low, committed ?? low) - marker);
  });
  return (await Promise.all(lags)).reduce((sum, lag) => sum + lag, 0);
}
