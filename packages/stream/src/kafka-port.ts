/**
 * The narrow port behind which Kafka stands: what a service may ask of a broker and nothing more.
 * `kafkajs-port.ts` implements it on kafkajs, the testkit in memory; both pass one contract suite.
 * Offsets are plain numbers (exact below 2^53).
 */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export type RecordHeaders = Readonly<Record<string, string | Buffer>>;

export interface ConsumedRecord {
  readonly offset: number;
  /** Broker or producer time, milliseconds since the epoch. */
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
}

export interface OutgoingRecord {
  readonly topic: string;
  readonly key: string | Buffer | null;
  /** null is a tombstone. */
  readonly value: Buffer | null;
  readonly headers?: RecordHeaders;
  /** Chosen by the port's partitioner (murmur2 of the key) when absent. */
  readonly partition?: number;
}

export interface FetchedBatch extends TopicPartition {
  /** Where the fetch began; it may lie past the task's position (control records) or before it (a seek not yet in effect). */
  readonly fetchedOffset: number;
  /** Offset after the last one this fetch covers. */
  readonly nextOffset: number;
  /** Offset after the last record a read_committed consumer may see. */
  readonly highWatermark: number;
  readonly records: readonly ConsumedRecord[];
}

export interface BatchContext {
  /** Raised on every group join; a task of an older generation has to initialise again. */
  readonly generation: number;
  /** False as soon as the consumer stops, or the group has rebalanced since this batch was fetched. */
  isCurrent(): boolean;
  heartbeat(): Promise<void>;
}

/**
 * Called for one batch at a time per partition; partitions run concurrently. Once it resolves, reading goes on at the
 * batch's `nextOffset`, unless the handler called `seek` for the partition. It must not reject for bad data.
 */
export type BatchHandler = (batch: FetchedBatch, context: BatchContext) => Promise<void>;

export interface GroupAssignment {
  readonly generation: number;
  readonly partitions: readonly TopicPartition[];
}

export interface GroupConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Upper bound of records handed over in one batch is the handler's business; this bounds the bytes of one fetch. */
  readonly maxBytesPerPartition?: number;
  readonly onAssigned?: (assignment: GroupAssignment) => void;
  /** The consumer cannot go on by itself; the process should end and be restarted. Also after a handler that rejects with anything but `not-member`. */
  readonly onFault?: (error: unknown) => void;
  /** The broker is away; the consumer keeps trying, and `onAssigned` tells when it is back. */
  readonly onUnavailable?: (error: KafkaFault) => void;
  /** A fetch held only control or aborted records: nothing to handle, but the position moved. */
  readonly onSkipped?: (skipped: SkippedRecords) => void;
  /** `co-partitioned`: partition n of every topic goes to the same member. Absent: spread evenly. */
  readonly assignment?: 'spread' | 'co-partitioned';
}

export interface SkippedRecords extends TopicPartition {
  readonly fetchedOffset: number;
  readonly nextOffset: number;
  readonly highWatermark: number;
}

export interface GroupConsumer {
  /** Joins the group and returns; batches arrive at `handler`. Reads committed records only. */
  start(handler: BatchHandler): Promise<void>;
  /** Takes effect before the next fetch of that partition. */
  seek(position: TopicPartition & { readonly offset: number }): void;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /** Commits offsets outside of any transaction (at-least-once consumers). */
  commit(offsets: readonly (TopicPartition & { readonly offset: number })[]): Promise<void>;
  /** Waits for running handlers, leaves the group, disconnects. Idempotent. */
  stop(): Promise<void>;
}

/** acks=all, idempotent, one send at a time in the order of the calls. */
export interface RecordProducer {
  /** Resolves once every record is acknowledged by all in-sync replicas. Split by bytes below the broker's limit. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  disconnect(): Promise<void>;
}

export interface ConsumedPosition extends TopicPartition {
  readonly groupId: string;
  /** The next offset to read. */
  readonly offset: number;
}

/** One transaction at a time. After any error: disconnect, and do the whole assignment again. */
export interface TransactionalProducer {
  begin(): Promise<KafkaTransaction>;
  disconnect(): Promise<void>;
}

/** Outputs and offset may be sent at once; the end comes after both. */
export interface KafkaTransaction {
  send(records: readonly OutgoingRecord[]): Promise<void>;
  sendOffset(position: ConsumedPosition): Promise<void>;
  /** A rejection leaves the outcome unknown unless its kind is `fenced`. */
  commit(): Promise<void>;
  abort(): Promise<void>;
}

export interface TopicDefinition {
  readonly topic: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly config: Readonly<Record<string, string>>;
}

export interface KafkaAdmin {
  /** Creates what is missing; leaves existing topics alone. Returns the topics it made. */
  createTopics(topics: readonly TopicDefinition[]): Promise<readonly string[]>;
  listTopics(): Promise<readonly string[]>;
  partitionCount(topic: string): Promise<number>;
  /** First and after-last offsets per partition. */
  offsetRange(topic: string): Promise<readonly { partition: number; low: number; high: number }[]>;
  /** null where the group has committed nothing. Ignores pending transactions (fence first). */
  committedOffset(groupId: string, at: TopicPartition): Promise<number | null>;
  /** For every partition without a committed offset, commits its first one; so that a pause before the first read cannot strand it. */
  ensureStartOffsets(groupId: string, topics: readonly string[]): Promise<void>;
}

export interface KafkaPort {
  readonly admin: KafkaAdmin;
  consumer(options: GroupConsumerOptions): GroupConsumer;
  producer(): Promise<RecordProducer>;
  /** Connecting fences every earlier producer of the same id and settles its open transaction. */
  transactionalProducer(transactionalId: string): Promise<TransactionalProducer>;
  disconnect(): Promise<void>;
}

export type KafkaFaultKind =
  /** A newer producer with the same transactional id exists; this one never writes again. */
  | 'fenced'
  /** The member was expelled or the group moved on. */
  | 'not-member'
  /** Unreachable, timed out, busy: nothing says whether it happened; try again later. */
  | 'unavailable'
  /** The broker refuses this record or request whatever is done. */
  | 'refused';

/** Every error that leaves an implementation of the port. */
export class KafkaFault extends Error {
  readonly kind: KafkaFaultKind;
  constructor(kind: KafkaFaultKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'KafkaFault';
    this.kind = kind;
  }
}
