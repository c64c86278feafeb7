/**
 * The one catalogue of topics: who writes and reads each, what keys it, how long it is kept. Set-up creates them from
 * here, services name them from here, docs are made from here.
 */
import type { PrefixTypes, RecordTypes } from './generated/wire-types.ts';

export type RecordName = keyof RecordTypes;
export type ContextRecordName = keyof PrefixTypes;
export type ServiceName = 'gateway' | 'enricher' | 'scorer' | 'router' | 'notifier' | 'watchdog';
/** OUTSIDE is whoever follows a topic that is published as a product: CRM synchronisation, analysis. */
export type Party = ServiceName | 'cli' | 'OUTSIDE';

export interface TopicEntry {
  readonly topic: string;
  /** Plain words for docs. */
  readonly purpose: string;
  readonly key: 'LEAD_ID' | 'ANY';
  readonly partitions: number;
  /** null: kept by compaction, the latest value of each key for ever. */
  readonly retentionMs: number | null;
  /** Service that answers for it. */
  readonly owner: ServiceName;
  readonly writers: readonly Party[];
  readonly readers: readonly Party[];
  /** Record of the value; null where values are bytes of other topics. */
  readonly record: RecordName | null;
  readonly maxMessageBytes: number;
}

export interface TopicDefinition {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

/** Of every topic keyed by lead id: they must agree, so that one partition holds all of a lead in each. Another number is a documented migration. */
export const LEAD_PARTITIONS = 6;
const INTAKE_PARTITIONS = 2;
const DEAD_LETTER_PARTITIONS = 1;
const DAY_MS = 86_400_000;
const MAX_MESSAGE_BYTES = 1_048_576;
/** A dead letter is the original with headers on top. */
const MAX_DEAD_LETTER_BYTES = MAX_MESSAGE_BYTES + 65_536;
/** Longest vendor or system name; topic and subject names stay well below the limits of Kafka and of registries. */
export const MAX_NAME_LENGTH = 48;
const NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const INTAKE = /^lead\.intake\.([a-z0-9-]+)\.v1$/;
const ACTIVITY = /^activity\.intake\.([a-z0-9-]+)\.v1$/;
const DEAD_LETTER = /^([a-z]+)\.dead-letter\.v1$/;

const SERVICES: readonly ServiceName[] = ['gateway', 'enricher', 'scorer', 'router', 'notifier', 'watchdog'];

interface LeadTopicEntry<R extends RecordName> extends TopicEntry {
  readonly record: R;
}

const leadTopic = <const R extends RecordName>(
  entry: Omit<LeadTopicEntry<R>, 'key' | 'partitions' | 'maxMessageBytes'>,
): LeadTopicEntry<R> => ({
  ...entry,
  key: 'LEAD_ID',
  partitions: LEAD_PARTITIONS,
  maxMessageBytes: MAX_MESSAGE_BYTES,
});

export const TOPICS = {
  submitted: leadTopic({
    topic: 'lead.submitted.v1',
    purpose: 'Leads as accepted from vendors.',
    retentionMs: 7 * DAY_MS,
    owner: 'gateway',
    writers: ['gateway'],
    readers: ['enricher'],
    record: 'LeadSubmitted',
  }),
  enriched: leadTopic({
    topic: 'lead.enriched.v1',
    purpose: 'Leads with what was found out about them.',
    retentionMs: 3 * DAY_MS,
    owner: 'enricher',
    writers: ['enricher'],
    readers: ['scorer'],
    record: 'LeadEnriched',
  }),
  inbox: leadTopic({
    topic: 'lead.inbox.v1',
    purpose: 'All that the router decides on, in one order: scored leads, activities, timers, wake-ups, commands.',
    retentionMs: 30 * DAY_MS,
    owner: 'router',
    writers: ['scorer', 'gateway', 'watchdog', 'router', 'notifier', 'cli'],
    readers: ['router'],
    record: 'InboxEvent',
  }),
  decided: leadTopic({
    topic: 'lead.decided.v1',
    purpose: 'Every decision: assigned, linked, queued, exception.',
    retentionMs: 30 * DAY_MS,
    owner: 'router',
    writers: ['router'],
    readers: ['notifier', 'OUTSIDE'],
    record: 'LeadDecided',
  }),
  state: leadTopic({
    topic: 'lead.state.v1',
    purpose: 'Where each lead stands; compacted, the latest version by lead.',
    retentionMs: null,
    owner: 'router',
    writers: ['router'],
    readers: ['OUTSIDE', 'cli'],
    record: 'LeadState',
  }),
  sla: leadTopic({
    topic: 'lead.sla.v1',
    purpose: 'Promises to answer a lead that were broken, or kept after all.',
    retentionMs: 30 * DAY_MS,
    owner: 'router',
    writers: ['router'],
    readers: ['notifier', 'OUTSIDE'],
    record: 'LeadSla',
  }),
  delivery: leadTopic({
    topic: 'lead.delivery.v1',
    purpose: 'Receipts: each attempt to tell a destination.',
    retentionMs: 30 * DAY_MS,
    owner: 'notifier',
    writers: ['notifier'],
    readers: ['OUTSIDE', 'cli'],
    record: 'DeliveryReceipt',
  }),
} as const;

/** Where a vendor publishes. Throws RangeError unless `isPartyName(vendor)`. */
export function intakeTopic(vendor: string): string {
  return `lead.intake.${requireName(vendor)}.v1`;
}

/** Where a CRM or another system publishes activities. Throws RangeError unless `isPartyName(system)`. */
export function activityTopic(system: string): string {
  return `activity.intake.${requireName(system)}.v1`;
}

export function deadLetterTopic(service: ServiceName): string {
  return `${service}.dead-letter.v1`;
}

/** null when the topic is no vendor's. */
export function vendorOfTopic(topic: string): string | null {
  return nameIn(INTAKE, topic);
}

/** null when the topic is no system's. */
export function systemOfTopic(topic: string): string | null {
  return nameIn(ACTIVITY, topic);
}

/** null when it is no dead-letter topic of a service. */
export function serviceOfDeadLetterTopic(topic: string): ServiceName | null {
  const name = DEAD_LETTER.exec(topic)?.[1];
  return SERVICES.find((service) => service === name) ?? null;
}

/**
 * The router writes there, in transactions: between the records stand their markers, which have offsets and are no records, so
 * that the end of a partition says only how many there are at most.
 */
export function hasMarkers(topic: string): boolean {
  return serviceOfDeadLetterTopic(topic) === 'router' || Object.values(TOPICS).some((entry) => entry.topic === topic && isRouters(entry));
}

function isRouters({ writers }: TopicEntry): boolean {
  return writers.includes('router');
}

/** Rule for names of vendors and systems: a-z, 0-9 and inner hyphens, at most 48. */
export function isPartyName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && NAME.test(name);
}

export function valueSubject(topic: string): string {
  return `${topic}-value`;
}

export interface CatalogueOptions {
  readonly vendors?: readonly string[];
  readonly systems?: readonly string[];
}

/** All topics: the internal ones, an intake topic for each vendor and system, a dead-letter topic for each service. */
export function topicCatalogue(options: CatalogueOptions = {}): readonly TopicEntry[] {
  return [
    ...Object.values(TOPICS),
    ...(options.vendors ?? []).map(intakeEntry),
    ...(options.systems ?? []).map(activityEntry),
    ...SERVICES.map(deadLetterEntry),
  ];
}

/** What `KafkaAdmin.createTopics` takes. */
export function topicDefinitions(options: CatalogueOptions & { readonly replicationFactor: number }): readonly TopicDefinition[] {
  return topicCatalogue(options).map((entry) => ({
    topic: entry.topic,
    partitions: entry.partitions,
    replicationFactor: options.replicationFactor,
    config: topicConfig(entry, options.replicationFactor),
  }));
}

function topicConfig(entry: TopicEntry, replicationFactor: number): Readonly<Record<string, string>> {
  return {
    'max.message.bytes': String(entry.maxMessageBytes),
    // acks=all means something only if more than one copy must exist; with one or two brokers a lost one must not stop writes.
    'min.insync.replicas': replicationFactor >= 3 ? '2' : '1',
    ...(entry.retentionMs === null
      ? // A value that was replaced (a sealed person, say) is gone from the log within a day.
        { 'cleanup.policy': 'compact', 'max.compaction.lag.ms': String(DAY_MS), 'delete.retention.ms': String(DAY_MS) }
      : { 'cleanup.policy': 'delete', 'retention.ms': String(entry.retentionMs) }),
  };
}

function intakeEntry(vendor: string): TopicEntry {
  return {
    topic: intakeTopic(vendor),
    purpose: `Leads that ${vendor} publishes.`,
    key: 'ANY',
    partitions: INTAKE_PARTITIONS,
    retentionMs: 7 * DAY_MS,
    owner: 'gateway',
    writers: ['OUTSIDE'],
    readers: ['gateway'],
    record: 'LeadIntake',
    maxMessageBytes: MAX_MESSAGE_BYTES,
  };
}

function activityEntry(system: string): TopicEntry {
  return {
    ...intakeEntry(system),
    topic: activityTopic(system),
    purpose: `Activities that ${system} publishes.`,
    record: 'ActivityIntake',
  };
}

function deadLetterEntry(service: ServiceName): TopicEntry {
  return {
    topic: deadLetterTopic(service),
    purpose: `Records that ${service} could not use, with where and why.`,
    key: 'ANY',
    partitions: DEAD_LETTER_PARTITIONS,
    retentionMs: 30 * DAY_MS,
    owner: service,
    writers: [service],
    readers: ['cli'],
    record: null,
    maxMessageBytes: MAX_DEAD_LETTER_BYTES,
  };
}

function requireName(name: string): string {
  if (!isPartyName(name))
    throw new RangeError(`"${name}" is no name for a vendor or system: a-z, 0-9 and inner hyphens, at most ${MAX_NAME_LENGTH}`);
  return name;
}

function nameIn(pattern: RegExp, topic: string): string | null {
  const name = pattern.exec(topic)?.[1];
  return name !== undefined && isPartyName(name) ? name : null;
}
