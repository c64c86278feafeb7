/** What the parts of the Kafka contract share: fresh names, a consumer that remembers what it saw, cleaning up. */
import { randomUUID } from 'node:crypto';
import type {
  BatchContext,
  BatchHandler,
  ConsumedRecord,
  FetchedBatch,
  GroupAssignment,
  GroupConsumer,
  GroupConsumerOptions,
  KafkaPort,
  OutgoingRecord,
} from '@lead-router/stream/kafka-port.ts';
import type { CreateKafkaHarness, KafkaHarness } from './kafka-port.contract.ts';

export interface World {
  readonly kafka: KafkaPort;
  readonly harness: KafkaHarness;
  /** A new topic. */
  topic(partitions?: number): Promise<string>;
  group(): string;
  /** A started member of the group that notes all it gets. */
  member(options: MemberOptions): Promise<Member>;
  /** Stops members and disconnects clients opened here. */
  onEnd(end: () => Promise<void>): void;
}

export interface MemberOptions extends GroupConsumerOptions {
  readonly kafka?: KafkaPort;
  /** Instead of noting only; called after it. */
  readonly handler?: (batch: FetchedBatch, context: BatchContext, member: Member) => Promise<void>;
}

export interface Member {
  readonly consumer: GroupConsumer;
  readonly batches: FetchedBatch[];
  readonly contexts: BatchContext[];
  readonly assignments: GroupAssignment[];
  readonly faults: unknown[];
  records(): readonly ConsumedRecord[];
  /** Values as texts, in the order of arrival. */
  values(partition?: number): readonly (string | null)[];
}

/** Runs one test in a world of its own, which it leaves clean. */
export const inWorld = (createHarness: CreateKafkaHarness, test: (world: World) => Promise<void>) => async (): Promise<void> => {
  const harness = await createHarness();
  const ends: (() => Promise<void>)[] = [];
  const kafka = harness.open();
  const world: World = {
    kafka,
    harness,
    topic: async (partitions = 1) => {
      const topic = `contract-${randomUUID()}`;
      await kafka.admin.createTopics([{ topic, partitions, replicationFactor: 1, config: {} }]);
      return topic;
    },
    group: () => `contract-${randomUUID()}`,
    member: (options) => startMember(options, { kafka, ends }),
    onEnd: (end) => void ends.push(end),
  };
  try {
    await test(world);
  } finally {
    for (const end of ends.reverse()) await end();
    await kafka.disconnect();
    await harness.close();
  }
};

const startMember = async (
  options: MemberOptions,
  world: { readonly kafka: KafkaPort; readonly ends: (() => Promise<void>)[] },
): Promise<Member> => {
  const { handler, kafka = world.kafka, ...consumerOptions } = options;
  const batches: FetchedBatch[] = [];
  const contexts: BatchContext[] = [];
  const assignments: GroupAssignment[] = [];
  const faults: unknown[] = [];
  const consumer = kafka.consumer({
    ...consumerOptions,
    onAssigned: (assignment) => void assignments.push(assignment),
    onFault: (error) => void faults.push(error),
  });
  const records = (): readonly ConsumedRecord[] => batches.flatMap((batch) => batch.records);
  const member: Member = {
    consumer,
    batches,
    contexts,
    assignments,
    faults,
    records,
    values: (partition) =>
      batches
        .filter((batch) => partition === undefined || batch.partition === partition)
        .flatMap((batch) => batch.records.map((record) => record.value?.toString() ?? null)),
  };
  const note: BatchHandler = async (batch, context) => {
    batches.push(batch);
    contexts.push(context);
    await context.heartbeat();
    await handler?.(batch, context, member);
  };
  world.ends.push(() => consumer.stop());
  await kafka.admin.ensureStartOffsets(options.groupId, options.topics);
  await consumer.start(note);
  return member;
};

/** Records with values '0', '1', …, keyed alike unless told. */
export const numbered = (topic: string, count: number, key: string | null = 'key'): readonly OutgoingRecord[] =>
  Array.from({ length: count }, (_, index) => ({ topic, key, value: Buffer.from(String(index)) }));

export const textsUpTo = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => String(index));

export const sendAll = async (kafka: KafkaPort, records: readonly OutgoingRecord[]): Promise<void> => {
  const producer = await kafka.producer();
  await producer.send(records);
  await producer.disconnect();
};
