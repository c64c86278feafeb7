/** How far each service is behind, from Kafka's own offsets: what waits between a group's position and the end of its topic. */
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { CONSUMER_GROUPS } from '../setup/prepare-cluster.ts';

/** By service: records between the committed offsets and the ends. */
export type PipelineLag = ReadonlyMap<string, number>;

/** Written in transactions: the last thing in a partition is a marker, which no group ever gets past. */
const WITH_MARKERS: ReadonlySet<string> = new Set([TOPICS.inbox.topic, TOPICS.decided.topic]);

export async function readPipelineLag(kafka: KafkaPort, intakeTopics: readonly string[]): Promise<PipelineLag> {
  const groups = [...CONSUMER_GROUPS, ...intakeTopics.map((topic) => ({ groupId: INTAKE_GROUP, topics: [topic] }))];
  const lags = await Promise.all(
    groups.map(async ({ groupId, topics }) => [serviceOf(groupId), await lagOf(kafka, groupId, topics)] as const),
  );
  const byService = new Map<string, number>();
  for (const [service, lag] of lags) byService.set(service, (byService.get(service) ?? 0) + lag);
  return byService;
}

const INTAKE_GROUP = 'lead-router-gateway';

function serviceOf(groupId: string): string {
  return groupId.slice('lead-router-'.length);
}

async function lagOf(kafka: KafkaPort, groupId: string, topics: readonly string[]): Promise<number> {
  const ranges = await Promise.all(
    topics.map(async (topic) => (await kafka.admin.offsetRange(topic)).map((range) => ({ ...range, topic }))),
  );
  const lags = ranges.flat().map(async ({ topic, partition, low, high }) => {
    const committed = await kafka.admin.committedOffset(groupId, { topic, partition });
    const behind = high - Math.max(low, committed ?? low);
    return Math.max(0, WITH_MARKERS.has(topic) ? behind - 1 : behind);
  });
  return (await Promise.all(lags)).reduce((sum, lag) => sum + lag, 0);
}
