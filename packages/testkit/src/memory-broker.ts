/** The in-memory Kafka cluster itself: topics, groups and transactions, shared by every process that connects to it. */
import {
  type ConsumedPosition,
  type ConsumedRecord,
  KafkaFault,
  type OutgoingRecord,
  type TopicPartition,
} from '@lead-router/stream/kafka-port.ts';
import { partitionOf } from '@lead-router/stream/murmur2.ts';
import { type Manner, MemoryGroup } from './memory-group.ts';
import { type LogTransaction, MemoryLog } from './memory-log.ts';
import { nameOf, TransactionCoordinator } from './memory-transactions.ts';
import type { Scheduler } from './scheduler.ts';

/** All in virtual milliseconds. */
export interface BrokerTimes {
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly transactionTimeoutMs: number;
}

export const DEFAULT_BROKER_TIMES: BrokerTimes = { sessionTimeoutMs: 8_000, heartbeatIntervalMs: 2_000, transactionTimeoutMs: 10_000 };

export class MemoryBroker {
  readonly scheduler: Scheduler;
  readonly times: BrokerTimes;
  readonly manner: Manner;
  readonly transactions: TransactionCoordinator;
  readonly #topics = new Map<string, readonly MemoryLog[]>();
  readonly #groups = new Map<string, MemoryGroup>();
  #keyless = 0;

  constructor(options: { scheduler: Scheduler; times?: BrokerTimes; manner?: Manner }) {
    this.scheduler = options.scheduler;
    this.times = options.times ?? DEFAULT_BROKER_TIMES;
    this.manner = options.manner ?? 'seeded';
    this.transactions = new TransactionCoordinator({
      scheduler: options.scheduler,
      timeoutMs: this.times.transactionTimeoutMs,
      target: {
        append: (records, transaction) => this.append(records, transaction),
        writeMarker: (at) => this.log(at).appendControl(),
        commitOffset: (position: ConsumedPosition) => this.group(position.groupId).commit(position, position.offset),
      },
    });
  }

  /** False when it was there already. */
  createTopic(topic: string, partitions: number): boolean {
    if (this.#topics.has(topic)) return false;
    this.#topics.set(
      topic,
      Array.from({ length: partitions }, (_, partition) => new MemoryLog({ topic, partition })),
    );
    return true;
  }

  topicNames(): readonly string[] {
    return [...this.#topics.keys()];
  }

  logs(topic: string): readonly MemoryLog[] {
    const logs = this.#topics.get(topic);
    if (!logs) throw new KafkaFault('refused', `there is no topic ${topic}`);
    return logs;
  }

  log(at: TopicPartition): MemoryLog {
    const log = this.logs(at.topic)[at.partition];
    if (!log) throw new KafkaFault('refused', `there is no partition ${nameOf(at)}`);
    return log;
  }

  /** All committed records of a topic, partition by partition. */
  committed(topic: string): readonly (ConsumedRecord & TopicPartition)[] {
    return this.logs(topic).flatMap((log) => log.committed().map((record) => ({ ...record, ...log.at })));
  }

  group(groupId: string): MemoryGroup {
    const known = this.#groups.get(groupId);
    if (known) return known;
    const group = new MemoryGroup({
      scheduler: this.scheduler,
      manner: this.manner,
      sessionTimeoutMs: this.times.sessionTimeoutMs,
      partitionsOf: (topic) => this.logs(topic).map(({ at }) => at),
    });
    this.#groups.set(groupId, group);
    return group;
  }

  /** Returns the partitions written to. Refuses the whole call before it writes any of it. */
  append(records: readonly OutgoingRecord[], transaction: LogTransaction | null): readonly TopicPartition[] {
    const placed = records.map((record) => ({ record, log: this.log({ topic: record.topic, partition: this.#partitionFor(record) }) }));
    const written = new Map<string, TopicPartition>();
    for (const { record, log } of placed) {
      log.append(record, { timestampMs: this.scheduler.now, transaction });
      written.set(nameOf(log.at), log.at);
    }
    return [...written.values()];
  }

  #partitionFor(record: OutgoingRecord): number {
    if (record.partition !== undefined) return record.partition;
    const count = this.logs(record.topic).length;
    if (record.key === null) return this.#keyless++ % count;
    return partitionOf(record.key, count);
  }
}
