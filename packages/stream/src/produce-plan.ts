/**
 * Cuts records into produce calls: kafkajs makes one record batch per partition of each call, however large, and the
 * broker refuses a batch above `max.message.bytes`. Pure, so that its limits can be tested by property.
 */

import type { OutgoingRecord, RecordHeaders } from './kafka-port.ts';
import { partitionOf } from './murmur2.ts';

export interface PlannedMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: RecordHeaders;
  readonly partition: number;
}

export interface PlannedTopic {
  readonly topic: string;
  readonly messages: PlannedMessage[];
}

/** One call; the calls of a plan go out one after the other. */
export type ProduceCall = readonly PlannedTopic[];

export interface ProduceLimits {
  /** Bytes of one partition's record batch. */
  readonly maxBatchBytes: number;
  /** Records of one partition in one call. */
  readonly maxBatchRecords: number;
}

export const defaultProduceLimits: ProduceLimits = { maxBatchBytes: 900_000, maxBatchRecords: 1_000 };

export interface PartitionChooser {
  /** How many partitions the topic has. */
  partitionCount(topic: string): number;
  /** Any number; the same one for all keyless records of a plan, another one for the next (as Java's sticky choice). */
  readonly keylessTurn: number;
}

const noHeaders: RecordHeaders = {};
const recordOverheadBytes = 24;

/** Size of a record on the wire, from above. */
export const recordBytes = (record: Pick<OutgoingRecord, 'key' | 'value' | 'headers'>): number => {
  let bytes = recordOverheadBytes + byteLength(record.key) + (record.value?.length ?? 0);
  if (record.headers !== undefined) {
    for (const name in record.headers) bytes += 10 + Buffer.byteLength(name) + byteLength(record.headers[name] ?? null);
  }
  return bytes;
};

/**
 * Keeps the order of the records of each partition. A record that alone is over the limit goes in a call that holds
 * nothing else of its partition; whether to refuse it is the broker's business.
 */
export const planProduce = (
  records: readonly OutgoingRecord[],
  chooser: PartitionChooser,
  limits: ProduceLimits = defaultProduceLimits,
): readonly ProduceCall[] => {
  const calls: CallInMaking[] = [];
  const fills = new Map<string, Fill[]>();
  for (const { topic, key: textOrBytes, value, headers = noHeaders, partition: chosen } of records) {
    const key = typeof textOrBytes === 'string' ? Buffer.from(textOrBytes) : textOrBytes;
    const partition = chosen ?? choosePartition({ topic, key }, chooser);
    const fill = fillOf(fills, { topic, partition });
    const bytes = recordBytes({ key, value, headers });
    if (fill.records > 0 && (fill.bytes + bytes > limits.maxBatchBytes || fill.records >= limits.maxBatchRecords)) {
      fill.call += 1;
      fill.records = 0;
      fill.bytes = 0;
    }
    fill.records += 1;
    fill.bytes += bytes;
    messagesFor(calls, { call: fill.call, topic }).push({ key, value, headers, partition });
  }
  return calls.map((call) => [...call.values()]);
};

type CallInMaking = Map<string, PlannedTopic>;

/** How full the batch being made for one partition is. */
interface Fill {
  call: number;
  records: number;
  bytes: number;
}

const choosePartition = (record: { readonly topic: string; readonly key: Buffer | null }, chooser: PartitionChooser): number => {
  const count = chooser.partitionCount(record.topic);
  return record.key === null ? chooser.keylessTurn % count : partitionOf(record.key, count);
};

const fillOf = (fills: Map<string, Fill[]>, at: { readonly topic: string; readonly partition: number }): Fill => {
  let ofTopic = fills.get(at.topic);
  if (ofTopic === undefined) {
    ofTopic = [];
    fills.set(at.topic, ofTopic);
  }
  let fill = ofTopic[at.partition];
  if (fill === undefined) {
    fill = { call: 0, records: 0, bytes: 0 };
    ofTopic[at.partition] = fill;
  }
  return fill;
};

const messagesFor = (calls: CallInMaking[], at: { readonly call: number; readonly topic: string }): PlannedMessage[] => {
  let call = calls[at.call];
  if (call === undefined) {
    call = new Map();
    calls[at.call] = call;
  }
  let planned = call.get(at.topic);
  if (planned === undefined) {
    planned = { topic: at.topic, messages: [] };
    call.set(at.topic, planned);
  }
  return planned.messages;
};

const byteLength = (value: string | Buffer | null): number => {
  if (value === null) return 0;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
};
