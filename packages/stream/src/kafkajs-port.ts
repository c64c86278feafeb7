/**
 * The port on kafkajs 2.2.4: the only place that knows the client. Its settings follow from the hazards of that client
 * (each is named where it is met) and from how long a dead instance may cost: seconds.
 */

import type { Logger } from '@lead-router/telemetry/logger.ts';
import type { Kafka, Producer } from 'kafkajs';
import { coPartitionedAssigner } from './co-partitioned-assigner.ts';
import type { GroupConsumerOptions, KafkaPort } from './kafka-port.ts';
import { createKafkaJsAdmin } from './kafkajs-admin.ts';
import { createKafkaClient, type KafkaConnection, ordinaryRetry, producerRetry, transactionalRetry } from './kafkajs-client.ts';
import { createKafkaJsConsumer, type KafkaJsConsumerOptions } from './kafkajs-consumer.ts';
import { connectKafkaJsProducer } from './kafkajs-producer.ts';
import { type OnKafkaRequest, observeAdmin, observeConsumer, observeProducer } from './kafkajs-requests.ts';
import { connectKafkaJsTransactions } from './kafkajs-transactions.ts';
import { defaultProduceLimits, type PartitionChooser, type ProduceLimits } from './produce-plan.ts';

export interface KafkaJsPortOptions {
  readonly connection: KafkaConnection;
  readonly logger: Logger;
  readonly produceLimits?: ProduceLimits;
  /** A member that says nothing for so long is expelled. The broker's `group.min.session.timeout.ms` bounds it. */
  readonly sessionTimeoutMs?: number;
  readonly transactionTimeoutMs?: number;
  readonly minFetchIntervalMs?: number;
  readonly onRequest?: OnKafkaRequest;
}

const defaultSessionTimeoutMs = 8_000;
const heartbeatIntervalMs = 2_000;
const rebalanceTimeoutMs = 15_000;
const defaultTransactionTimeoutMs = 10_000;
/** A fetch of nothing returns after this: bounds how late heartbeats, seeks, resumes and stops take effect. */
const maxFetchWaitMs = 500;
/**
 * At a few hundred records a second a fetch would otherwise carry one record each, and requests are what costs, not
 * records. It delays nothing after a silence, and nothing in a busy partition.
 */
const defaultMinFetchIntervalMs = 10;
const maxFetchBytes = 10 * 1024 * 1024;

/** Connects lazily: every method may reject with a KafkaFault. */
export const createKafkaJsPort = (options: KafkaJsPortOptions): KafkaPort => {
  const { connection, logger, onRequest } = options;
  const limits = options.produceLimits ?? defaultProduceLimits;
  const minFetchIntervalMs = options.minFetchIntervalMs ?? defaultMinFetchIntervalMs;
  const kafka = createKafkaClient({ connection, logger, retry: ordinaryRetry });
  // Some retries of transactions follow the client's setting, not the producer's: so they have a client of their own.
  const transactional = createKafkaClient({ connection, logger, retry: transactionalRetry });
  const createTransactional = (transactionalId: string): Producer =>
    observeProducer(
      transactional.producer({
        ...producerSettings,
        // Outputs and offset go at once. Of produce requests there is one at a time all the same: their order is their sequence.
        maxInFlightRequests: 3,
        transactionalId,
        transactionTimeout: options.transactionTimeoutMs ?? defaultTransactionTimeoutMs,
      }),
      onRequest,
    );
  const admin = createKafkaJsAdmin({ createAdmin: () => observeAdmin(kafka.admin(), onRequest), createTransactional });
  const chooser = createChooser((topic) => admin.partitionCount(topic));

  return {
    admin,
    consumer: (consumerOptions) =>
      createKafkaJsConsumer({
        ...consumerOptions,
        minFetchIntervalMs,
        create: (hooks) => createConsumer({ options, consumerOptions, hooks }),
      }),
    producer: () =>
      connectKafkaJsProducer({
        create: () => observeProducer(kafka.producer({ ...producerSettings, idempotent: true, retry: producerRetry }), onRequest),
        chooser,
        limits,
      }),
    transactionalProducer: (transactionalId) =>
      connectKafkaJsTransactions({ transactionalId, create: () => createTransactional(transactionalId), chooser, limits }),
    disconnect: () => admin.disconnect(),
  };
};

/** Partitions are computed before the call (see produce-plan.ts): the partitioner only hands them on. */
const producerSettings = {
  createPartitioner: () => (args: { readonly message: { readonly partition?: number } }) => args.message.partition ?? 0,
  allowAutoTopicCreation: false,
  maxInFlightRequests: 1,
} as const;

interface ConsumerCreation {
  readonly options: KafkaJsPortOptions;
  readonly consumerOptions: GroupConsumerOptions;
  readonly hooks: Parameters<KafkaJsConsumerOptions['create']>[0];
}

const createConsumer = ({ options, consumerOptions, hooks }: ConsumerCreation) => {
  const client: Kafka = createKafkaClient({ ...options, retry: ordinaryRetry, ...hooks });
  const consumer = client.consumer({
    groupId: consumerOptions.groupId,
    sessionTimeout: options.sessionTimeoutMs ?? defaultSessionTimeoutMs,
    heartbeatInterval: heartbeatIntervalMs,
    rebalanceTimeout: rebalanceTimeoutMs,
    maxWaitTimeInMs: maxFetchWaitMs,
    maxBytes: maxFetchBytes,
    allowAutoTopicCreation: false,
    // An outage is no reason to end: kafkajs starts again for as long as it takes; what it cannot mend is a fault.
    retry: { ...ordinaryRetry, restartOnFailure: () => Promise.resolve(true) },
    ...(consumerOptions.maxBytesPerPartition === undefined ? {} : { maxBytesPerPartition: consumerOptions.maxBytesPerPartition }),
    ...(consumerOptions.assignment === 'co-partitioned' ? { partitionAssigners: [coPartitionedAssigner] } : {}),
  });
  return observeConsumer(consumer, options.onRequest);
};

/** Partition counts are asked once a topic: another number is a migration, and needs a restart. */
const createChooser = (
  partitionCount: (topic: string) => Promise<number>,
): ((topics: ReadonlySet<string>) => Promise<PartitionChooser>) => {
  const counts = new Map<string, number>();
  let keylessTurn = 0;
  return async (topics) => {
    for (const topic of topics) {
      if (!counts.has(topic)) counts.set(topic, await partitionCount(topic));
    }
    keylessTurn += 1;
    return { keylessTurn, partitionCount: (topic) => counts.get(topic) ?? 1 };
  };
};
