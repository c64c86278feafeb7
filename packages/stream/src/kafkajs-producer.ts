/**
 * The idempotent producer: acks=all, one call at a time, what waits meanwhile is merged into the next call.
 *
 * After a failed call its producer is thrown away: kafkajs takes the sequence numbers back, and the broker would take
 * other records under the same numbers for a repeat and drop them silently. The call goes to another producer: what was written
 * without an answer then stands twice, which is what "at least once" allows.
 */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Producer } from 'kafkajs';
import { type BackOffOptions, backOffMs } from './back-off.ts';
import { KafkaFault, type OutgoingRecord, type RecordProducer } from './kafka-port.ts';
import { toKafkaFault } from './kafkajs-faults.ts';
import { type PartitionChooser, type ProduceLimits, planProduce } from './produce-plan.ts';

export interface KafkaJsProducerOptions {
  /** A new, not yet connected, idempotent producer. */
  readonly create: () => Producer;
  /** Loads the partition counts of topics before the first use. */
  readonly chooser: (topics: ReadonlySet<string>) => Promise<PartitionChooser>;
  readonly limits: ProduceLimits;
}

interface Waiting {
  readonly records: readonly OutgoingRecord[];
  readonly resolve: () => void;
  readonly reject: (error: KafkaFault) => void;
}

/** Records merged into one go; above it they wait for the next one. */
const maxMergedRecords = 5000;
/** A failed call is made again by another producer for so long. Shorter than a session of the consumer behind which records may wait. */
const patienceMs = 4_000;
const backOff: BackOffOptions = { firstMs: 50, maxMs: 1_000 };

export const connectKafkaJsProducer = async (options: KafkaJsProducerOptions): Promise<RecordProducer> => {
  let producer: Producer | null = await connect(options);
  let waiting: Waiting[] = [];
  let isSending = false;
  let isClosed = false;

  const discard = async (): Promise<void> => {
    const broken = producer;
    producer = null;
    await broken?.disconnect().catch(() => undefined);
  };

  const sendOnce = async (records: readonly OutgoingRecord[]): Promise<void> => {
    producer ??= await connect(options);
    const chooser = await options.chooser(topicsOf(records));
    for (const call of planProduce(records, chooser, options.limits)) {
      await producer.sendBatch({ acks: -1, topicMessages: [...call] });
    }
  };

  const sendMerged = async (merged: readonly Waiting[]): Promise<void> => {
    const [only] = merged;
    const records = merged.length === 1 && only !== undefined ? only.records : merged.flatMap((item) => item.records);
    const startedAt = performance.now();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await sendOnce(records);
        for (const item of merged) item.resolve();
        return;
      } catch (error) {
        await discard();
        const fault = toKafkaFault(error, `producing ${records.length} records`);
        if (fault.kind !== 'unavailable' || isClosed || performance.now() - startedAt > patienceMs) {
          for (const item of merged) item.reject(fault);
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, backOffMs(attempt, Math.random(), backOff)));
      }
    }
  };

  const sendAll = async (): Promise<void> => {
    isSending = true;
    // One fetch brings records of several partitions, and each sends what comes of its own: let them all get here.
    await nextTurn();
    while (waiting.length > 0) {
      const merged = takeMerged(waiting);
      waiting = waiting.slice(merged.length);
      await sendMerged(merged);
    }
    isSending = false;
  };

  return {
    send: (records) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(new KafkaFault('refused', 'Kafka: the producer is disconnected'));
        if (records.length === 0) return resolve();
        waiting.push({ records, resolve, reject });
        if (!isSending) void sendAll();
      }),
    disconnect: async () => {
      isClosed = true;
      for (const item of waiting) item.reject(new KafkaFault('unavailable', 'Kafka: the producer was disconnected'));
      waiting = [];
      await discard();
    },
  };
};

const connect = async (options: KafkaJsProducerOptions): Promise<Producer> => {
  const producer = options.create();
  try {
    await producer.connect();
    return producer;
  } catch (error) {
    await producer.disconnect().catch(() => undefined);
    throw toKafkaFault(error, 'connecting the producer');
  }
};

/** As many of the first ones as fit; at least one. */
const takeMerged = (waiting: readonly Waiting[]): readonly Waiting[] => {
  let records = 0;
  let count = 0;
  for (const item of waiting) {
    records += item.records.length;
    if (count > 0 && records > maxMergedRecords) break;
    count += 1;
  }
  return waiting.slice(0, count);
};

export const topicsOf = (records: readonly OutgoingRecord[]): ReadonlySet<string> => {
  const topics = new Set<string>();
  for (const record of records) topics.add(record.topic);
  return topics;
};
