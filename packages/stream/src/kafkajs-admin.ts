/** Topics and committed offsets, on kafkajs. */

import type { Admin, Kafka } from 'kafkajs';
import { type KafkaAdmin, KafkaFault, type TopicDefinition, type TopicPartition } from './kafka-port.ts';
import { toKafkaFault } from './kafkajs-faults.ts';
import { sendOffset } from './kafkajs-transactions.ts';

export interface KafkaJsAdminOptions {
  readonly kafka: Kafka;
  /** The client with transactional retries, and how its producers are made. */
  readonly createTransactional: (transactionalId: string) => ReturnType<Kafka['producer']>;
}

export interface KafkaJsAdmin extends KafkaAdmin {
  disconnect(): Promise<void>;
}

/** kafkajs hands some passing answers (coordinator loading) straight on; they are asked again for so long. */
const patienceMs = 10_000;
const firstDelayMs = 20;
const lastDelayMs = 1_000;

/** Connects at the first use, and anew after a failure. */
export const createKafkaJsAdmin = (options: KafkaJsAdminOptions): KafkaJsAdmin => {
  let connected: Promise<Admin> | null = null;

  const connect = async (): Promise<Admin> => {
    const admin = options.kafka.admin();
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      connected = null;
      await admin.disconnect().catch(() => undefined);
      throw error;
    }
  };

  const ask = async <T>(doing: string, work: (admin: Admin) => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, lastDelayMs)) {
      try {
        connected ??= connect();
        return await work(await connected);
      } catch (error) {
        const fault = toKafkaFault(error, doing);
        if (fault.kind !== 'unavailable' || performance.now() - startedAt > patienceMs) throw fault;
        await new Promise((resolve) => setTimeout(resolve, delayMs));
      }
    }
  };

  const committedOffset: KafkaAdmin['committedOffset'] = (groupId, at) =>
    ask(`reading the committed offset of ${groupId}`, async (admin) => {
      const [answer] = await admin.fetchOffsets({ groupId, topics: [at.topic] });
      const found = answer?.partitions.find((entry) => entry.partition === at.partition);
      return found === undefined || Number(found.offset) < 0 ? null : Number(found.offset);
    });

  const offsetRange: KafkaAdmin['offsetRange'] = (topic) =>
    ask(`reading the offsets of ${topic}`, async (admin) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      return offsets
        .map((entry) => ({ partition: entry.partition, low: Number(entry.low), high: Number(entry.high) }))
        .sort((a, b) => a.partition - b.partition);
    });

  const uncommitted = async (groupId: string, topics: readonly string[]): Promise<readonly StartOffset[]> => {
    const answers = await ask(`reading the offsets of ${groupId}`, (admin) => admin.fetchOffsets({ groupId, topics: [...topics] }));
    const starts: StartOffset[] = [];
    for (const topic of topics) {
      const ofTopic = answers.find((answer) => answer.topic === topic)?.partitions ?? [];
      const known = new Set(ofTopic.filter((entry) => Number(entry.offset) >= 0).map((entry) => entry.partition));
      const range = await offsetRange(topic);
      for (const { partition, low } of range) {
        if (!known.has(partition)) starts.push({ topic, partition, offset: low });
      }
    }
    return starts;
  };

  return {
    createTopics: (topics) =>
      ask('creating topics', async (admin) => {
        const existing = new Set(await admin.listTopics());
        const missing = topics.filter((definition) => !existing.has(definition.topic));
        if (missing.length > 0) await admin.createTopics({ topics: missing.map(toTopicConfig), waitForLeaders: true });
        return missing.map((definition) => definition.topic);
      }),
    listTopics: () => ask('listing topics', (admin) => admin.listTopics()),
    partitionCount: (topic) =>
      ask(`reading the partitions of ${topic}`, async (admin) => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
        const count = topics.find((entry) => entry.name === topic)?.partitions.length ?? 0;
        if (count === 0) throw new KafkaFault('unavailable', `Kafka: the topic ${topic} does not exist (yet)`);
        return count;
      }),
    offsetRange,
    committedOffset,
    ensureStartOffsets: async (groupId, topics) => {
      if ((await uncommitted(groupId, topics)).length === 0) return;
      await commitStarts({ groupId, read: () => uncommitted(groupId, topics), options });
    },
    disconnect: async () => {
      const admin = await connected?.catch(() => null);
      connected = null;
      await admin?.disconnect().catch(() => undefined);
    },
  };
};

type StartOffset = TopicPartition & { readonly offset: number };

const startAttempts = 10;

/**
 * Several instances may start at once, and a start offset must never overwrite a real one. So it is committed by a
 * transaction whose id fences: whoever still holds a stale reading cannot commit it, and reads again.
 */
const commitStarts = async (work: {
  readonly groupId: string;
  readonly read: () => Promise<readonly StartOffset[]>;
  readonly options: KafkaJsAdminOptions;
}): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    const producer = work.options.createTransactional(`${work.groupId}-start-offsets`);
    try {
      await producer.connect();
      const transaction = await producer.transaction();
      const starts = await work.read();
      if (starts.length === 0) return;
      await sendOffset(transaction, { consumerGroupId: work.groupId, topics: byTopic(starts) });
      return await transaction.commit();
    } catch (error) {
      const fault = toKafkaFault(error, `committing start offsets of ${work.groupId}`);
      if (fault.kind !== 'fenced' || attempt === startAttempts) throw fault;
    } finally {
      await producer.disconnect().catch(() => undefined);
    }
  }
};

const byTopic = (starts: readonly StartOffset[]) => {
  const topics = new Map<string, { partition: number; offset: string }[]>();
  for (const { topic, partition, offset } of starts) {
    const entries = topics.get(topic) ?? [];
    entries.push({ partition, offset: String(offset) });
    topics.set(topic, entries);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
};

const toTopicConfig = (definition: TopicDefinition) => ({
  topic: definition.topic,
  numPartitions: definition.partitions,
  replicationFactor: definition.replicationFactor,
  configEntries: Object.entries(definition.config).map(([name, value]) => ({ name, value })),
});
