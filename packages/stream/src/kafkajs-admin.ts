/** Topics and committed offsets, on kafkajs. */

import type { Admin, Kafka } from 'kafkajs';
import { type KafkaAdmin, KafkaFault, type TopicDefinition, type TopicPartition } from './kafka-port.ts';
import { toKafkaFault } from './kafkajs-faults.ts';
import { sendOffset } from './kafkajs-transactions.ts';

export interface KafkaJsAdminOptions {
  readonly createAdmin: () => Admin;
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
  // Two clients: asking one about a topic makes it forget, for a moment, the partitions of all others, and whoever reads offsets
  // with it in that moment is told of none.
  const topics = createAdminClient(options.createAdmin);
  const offsets = createAdminClient(options.createAdmin);

  const fetchOffsets = (groupId: string, names: readonly string[]) =>
    offsets.ask(`reading the committed offsets of ${groupId}`, async (admin) => {
      const answers = await admin.fetchOffsets({ groupId, topics: [...names] });
      return new Map(names.map((topic) => [topic, present(answers.find((answer) => answer.topic === topic)?.partitions, topic)]));
    });

  const committedOffset: KafkaAdmin['committedOffset'] = async (groupId, at) => {
    const partitions = (await fetchOffsets(groupId, [at.topic])).get(at.topic);
    const found = partitions?.find((entry) => entry.partition === at.partition);
    if (found === undefined) throw new KafkaFault('refused', `Kafka: ${at.topic} has no partition ${at.partition}`);
    return Number(found.offset) < 0 ? null : Number(found.offset);
  };

  const offsetRange: KafkaAdmin['offsetRange'] = (topic) =>
    offsets.ask(`reading the offsets of ${topic}`, async (admin) =>
      present(await admin.fetchTopicOffsets(topic), topic)
        .map((entry) => ({ partition: entry.partition, low: Number(entry.low), high: Number(entry.high) }))
        .sort((a, b) => a.partition - b.partition),
    );

  const uncommitted = async (groupId: string, names: readonly string[]): Promise<readonly StartOffset[]> => {
    const committed = await fetchOffsets(groupId, names);
    const starts: StartOffset[] = [];
    for (const [topic, partitions] of committed) {
      const known = new Set(partitions.filter((entry) => Number(entry.offset) >= 0).map((entry) => entry.partition));
      const range = await offsetRange(topic);
      for (const { partition, low } of range) {
        if (!known.has(partition)) starts.push({ topic, partition, offset: low });
      }
    }
    return starts;
  };

  return {
    createTopics: (definitions) =>
      topics.ask('creating topics', async (admin) => {
        const existing = new Set(await admin.listTopics());
        const missing = definitions.filter((definition) => !existing.has(definition.topic));
        if (missing.length > 0) await admin.createTopics({ topics: missing.map(toTopicConfig), waitForLeaders: true });
        return missing.map((definition) => definition.topic);
      }),
    listTopics: () => topics.ask('listing topics', (admin) => admin.listTopics()),
    partitionCount: (topic) =>
      topics.ask(`reading the partitions of ${topic}`, async (admin) => {
        const answer = await admin.fetchTopicMetadata({ topics: [topic] });
        return present(answer.topics.find((entry) => entry.name === topic)?.partitions, topic).length;
      }),
    offsetRange,
    committedOffset,
    ensureStartOffsets: async (groupId, names) => {
      if ((await uncommitted(groupId, names)).length === 0) return;
      await commitStarts({ groupId, read: () => uncommitted(groupId, names), options });
    },
    disconnect: async () => {
      await Promise.all([topics.disconnect(), offsets.disconnect()]);
    },
  };
};

/** Every topic has partitions: an answer without any comes of metadata that are not there yet, and says nothing about offsets. */
const present = <T>(partitions: readonly T[] | undefined, topic: string): readonly T[] => {
  if (partitions === undefined || partitions.length === 0) {
    throw new KafkaFault('unavailable', `Kafka: the partitions of ${topic} are not known (yet)`);
  }
  return partitions;
};

interface AdminClient {
  /** Asks again while the answer is a passing one, up to the patience. */
  ask<T>(doing: string, work: (admin: Admin) => Promise<T>): Promise<T>;
  disconnect(): Promise<void>;
}

const createAdminClient = (createAdmin: () => Admin): AdminClient => {
  let connected: Promise<Admin> | null = null;

  const connect = async (): Promise<Admin> => {
    const admin = createAdmin();
    try {
      await admin.connect();
      // Without brokers in its metadata the first look for a coordinator would fetch them while others already use theirs.
      await admin.fetchTopicMetadata({ topics: [] });
      return admin;
    } catch (error) {
      connected = null;
      await admin.disconnect().catch(() => undefined);
      throw error;
    }
  };

  return {
    ask: async (doing, work) => {
      const startedAt = performance.now();
      for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, lastDelayMs)) {
        try {
          connected ??= connect();
          return await work(await connected);
        } catch (error) {
          const fault = lostMidway(error, doing) ?? toKafkaFault(error, doing);
          if (fault.kind !== 'unavailable' || performance.now() - startedAt > patienceMs) throw fault;
          await new Promise((resolve) => setTimeout(resolve, delayMs));
        }
      }
    },
    disconnect: async () => {
      const admin = await connected?.catch(() => null);
      connected = null;
      await admin?.disconnect().catch(() => undefined);
    },
  };
};

/** When the connection is lost in mid-question kafkajs has null for an answer, and trips over it. */
const lostMidway = (error: unknown, doing: string): KafkaFault | null =>
  error instanceof TypeError ? new KafkaFault('unavailable', `Kafka: ${doing}: no answer (${error.message})`, { cause: error }) : null;

type StartOffset = TopicPartition & { readonly offset: number };

/** Two are needed: one that commits, and one that reads that nothing is missing. */
const startAttempts = 20;

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
      if (attempt > startAttempts) throw new KafkaFault('unavailable', `Kafka: the start offsets of ${work.groupId} cannot be read back`);
      await sendOffset(transaction, { consumerGroupId: work.groupId, topics: byTopic(starts) });
      await transaction.commit();
      // The commit is answered before the offsets can be read; the next producer of this id is only given once they can.
    } catch (error) {
      const fault = toKafkaFault(error, `committing start offsets of ${work.groupId}`);
      // Fenced by another instance, or the coordinator is not there yet: whoever comes again reads again.
      const mayPass = fault.kind === 'fenced' || fault.kind === 'unavailable';
      if (!mayPass || attempt >= startAttempts) throw fault;
      await new Promise((resolve) => setTimeout(resolve, firstDelayMs * attempt));
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
