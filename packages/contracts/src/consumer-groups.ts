/**
 * The one catalogue of consumer groups: which service reads which topics under which name. Services join the groups that stand here,
 * set-up commits their first offsets, lag and audit look at them. A name that changes leaves its committed offsets behind.
 */
import { type ServiceName, systemOfTopic, TOPICS, vendorOfTopic } from './topics.ts';

export interface ConsumerGroup {
  readonly groupId: string;
  readonly service: ServiceName;
  /** Topics that are always there; VENDORS and SYSTEMS: the intake topics of those that exist. */
  readonly reads: readonly string[] | 'VENDORS' | 'SYSTEMS';
}

export const CONSUMER_GROUPS = {
  intake: { groupId: 'lead-router-gateway', service: 'gateway', reads: 'VENDORS' },
  activities: { groupId: 'lead-router-gateway-activities', service: 'gateway', reads: 'SYSTEMS' },
  enricher: { groupId: 'lead-router-enricher', service: 'enricher', reads: [TOPICS.submitted.topic] },
  scorer: { groupId: 'lead-router-scorer', service: 'scorer', reads: [TOPICS.enriched.topic] },
  router: { groupId: 'lead-router-router', service: 'router', reads: [TOPICS.inbox.topic] },
  notifier: { groupId: 'lead-router-notifier', service: 'notifier', reads: [TOPICS.decided.topic] },
  warnings: { groupId: 'lead-router-notifier-warnings', service: 'notifier', reads: [TOPICS.sla.topic] },
} as const satisfies Record<string, ConsumerGroup>;

export interface TopicReader {
  readonly service: ServiceName;
  readonly groupId: string;
  readonly topic: string;
}

/** Who reads which of the topics that exist, in the order of the pipeline. */
export function topicReaders(existing: readonly string[]): readonly TopicReader[] {
  const sorted = [...existing].sort();
  const groups: readonly ConsumerGroup[] = Object.values(CONSUMER_GROUPS);
  return groups.flatMap(({ groupId, service, reads }) =>
    sorted.filter((topic) => isRead(reads, topic)).map((topic) => ({ service, groupId, topic })),
  );
}

/** Groups of topics that set-up makes: they start at the beginning, whenever their services come. */
export function fixedGroups(): readonly (ConsumerGroup & { readonly reads: readonly string[] })[] {
  const groups: readonly ConsumerGroup[] = Object.values(CONSUMER_GROUPS);
  return groups.flatMap((group) => (typeof group.reads === 'string' ? [] : [{ ...group, reads: group.reads }]));
}

function isRead(reads: ConsumerGroup['reads'], topic: string): boolean {
  switch (reads) {
    case 'VENDORS':
      return vendorOfTopic(topic) !== null;
    case 'SYSTEMS':
      return systemOfTopic(topic) !== null;
    default:
      return reads.includes(topic);
  }
}
