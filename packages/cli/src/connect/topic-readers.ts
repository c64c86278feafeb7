/** Who reads which topic: the group of each service, by the topics that exist. */
import { systemOfTopic, vendorOfTopic } from '@lead-router/contracts/topics.ts';
import { CONSUMER_GROUPS } from '../setup/prepare-cluster.ts';

export interface TopicReader {
  readonly service: string;
  readonly groupId: string;
  readonly topic: string;
}

const GROUP_PREFIX = 'lead-router-';
/** Reads the vendors' intake topics. */
const GATEWAY_GROUP = 'lead-router-gateway';
/** Reads the activity topics of CRMs and other systems. */
const ACTIVITY_GROUP = 'lead-router-gateway-activities';

export function topicReaders(existing: readonly string[]): readonly TopicReader[] {
  const of = (groupId: string, topic: string): TopicReader => ({ service: serviceOf(groupId), groupId, topic });
  const sorted = [...existing].sort();
  return [
    ...sorted.filter((topic) => vendorOfTopic(topic) !== null).map((topic) => of(GATEWAY_GROUP, topic)),
    ...sorted.filter((topic) => systemOfTopic(topic) !== null).map((topic) => of(ACTIVITY_GROUP, topic)),
    ...CONSUMER_GROUPS.flatMap(({ groupId, topics }) =>
      topics.filter((topic) => existing.includes(topic)).map((topic) => of(groupId, topic)),
    ),
  ];
}

function serviceOf(groupId: string): string {
  return groupId.slice(GROUP_PREFIX.length).split('-')[0] ?? groupId;
}
