/** The transactional producer: begin, send, offset, commit; one transaction at a time. */

import type { Producer, Transaction } from 'kafkajs';
import { KafkaFault, type KafkaTransaction, type TransactionalProducer } from './kafka-port.ts';
import { protocolTypeOf, toKafkaFault } from './kafkajs-faults.ts';
import { topicsOf } from './kafkajs-producer.ts';
import { type PartitionChooser, type ProduceLimits, planProduce } from './produce-plan.ts';

export interface KafkaJsTransactionsOptions {
  readonly transactionalId: string;
  /** A new, not yet connected producer with this transactional id. */
  readonly create: () => Producer;
  readonly chooser: (topics: ReadonlySet<string>) => Promise<PartitionChooser>;
  readonly limits: ProduceLimits;
}

/**
 * kafkajs repeats its other requests on these answers; adding offsets it does not. A coordinator that is moving, or loading after a
 * start of the broker, is there in a moment; the same offset added twice is the same offset.
 */
const passingAnswers: ReadonlySet<string> = new Set([
  'CONCURRENT_TRANSACTIONS',
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
]);
const offsetAttempts = 60;
const offsetFirstDelayMs = 2;
const offsetLastDelayMs = 100;

/**
 * kafkajs asks for the producer id, which fences the older producer and settles its transaction, at the first
 * `transaction()` only; so one is begun here and kept for the first `begin`.
 */
export const connectKafkaJsTransactions = async (options: KafkaJsTransactionsOptions): Promise<TransactionalProducer> => {
  const producer = options.create();
  let prepared: Transaction | null = null;
  try {
    await producer.connect();
    prepared = await producer.transaction();
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    throw toKafkaFault(error, `fencing ${options.transactionalId}`);
  }
  return {
    begin: async () => {
      try {
        const transaction = prepared ?? (await producer.transaction());
        prepared = null;
        return kafkaTransaction(transaction, options);
      } catch (error) {
        throw toKafkaFault(error, `beginning a transaction of ${options.transactionalId}`);
      }
    },
    disconnect: async () => {
      await producer.disconnect().catch(() => undefined);
    },
  };
};

const kafkaTransaction = (transaction: Transaction, options: KafkaJsTransactionsOptions): KafkaTransaction => {
  const id = options.transactionalId;
  const guarded = async (doing: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      throw toKafkaFault(error, `${doing} (${id})`);
    }
  };
  return {
    send: (records) =>
      guarded('sending in a transaction', async () => {
        if (records.length === 0) return;
        const chooser = await options.chooser(topicsOf(records));
        for (const call of planProduce(records, chooser, options.limits)) {
          await transaction.sendBatch({ acks: -1, topicMessages: [...call] });
        }
      }),
    sendOffset: (position) =>
      guarded('adding an offset to a transaction', () =>
        sendOffset(transaction, {
          consumerGroupId: position.groupId,
          topics: [{ topic: position.topic, partitions: [{ partition: position.partition, offset: String(position.offset) }] }],
        }),
      ),
    commit: () => guarded('committing a transaction', () => transaction.commit()),
    abort: () => guarded('aborting a transaction', () => transaction.abort()),
  };
};

type Offsets = Parameters<Transaction['sendOffsets']>[0];

export const sendOffset = async (transaction: Transaction, offsets: Offsets): Promise<void> => {
  let delayMs = offsetFirstDelayMs;
  for (let attempt = 1; attempt <= offsetAttempts; attempt += 1) {
    try {
      return await transaction.sendOffsets(offsets);
    } catch (error) {
      if (!passingAnswers.has(protocolTypeOf(error) ?? '')) throw error;
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      delayMs = Math.min(delayMs * 1.5, offsetLastDelayMs);
    }
  }
  throw new KafkaFault('unavailable', 'Kafka: the transaction before is still being settled');
};
