/**
 * Encodes a produce request in one pass into one buffer. kafkajs makes an encoder of 512 zeroed bytes for every record
 * and for every header of it; producing was the dearest piece of the pipeline, and this halves it.
 * Format: Kafka protocol, Produce v7 with record batch v2 (magic 2).
 */

import { crc32c } from './crc32c.ts';

export interface ProduceMessage {
  readonly key?: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
}

export interface ProducePartition {
  readonly partition: number;
  readonly firstSequence?: number;
  readonly messages: readonly ProduceMessage[];
}

export interface ProduceRequest {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null | undefined;
  /** An int64; kafkajs hands it over as a decimal text. */
  readonly producerId: { toString(): string };
  readonly producerEpoch: number;
  readonly topicData: readonly { readonly topic: string; readonly partitions: readonly ProducePartition[] }[];
}

const transactionalAttribute = 16;
/** Offset, length, leader epoch, magic, checksum, attributes, last offset delta, two timestamps, producer, sequence, count. */
const batchHeaderBytes = 61;
const checksumAt = 17;
const attributesAt = 21;
/** Before the batch's own length counts: offset and length. */
const batchLengthFrom = 12;
const magic = 2;

/** All records of the request get `timestampMs`, as kafkajs does for messages without a time of their own. */
export const encodeProduceRequest = (request: ProduceRequest, timestampMs: number): Buffer => {
  const writer = new Writer(upperBound(request));
  const producerId = BigInt(request.producerId.toString());
  const isTransactional = request.transactionalId !== undefined && request.transactionalId !== null;
  writer.nullableString(request.transactionalId ?? null);
  writer.int16(request.acks);
  writer.int32(request.timeout);
  writer.int32(request.topicData.length);
  for (const { topic, partitions } of request.topicData) {
    writer.nullableString(topic);
    writer.int32(partitions.length);
    for (const partition of partitions) {
      writer.int32(partition.partition);
      const sizeAt = writer.at;
      writer.int32(0);
      writeBatch(writer, partition, { producerId, producerEpoch: request.producerEpoch, isTransactional, timestampMs });
      writer.buffer.writeInt32BE(writer.at - sizeAt - 4, sizeAt);
    }
  }
  return writer.buffer.subarray(0, writer.at);
};

interface BatchSettings {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly isTransactional: boolean;
  readonly timestampMs: number;
}

const writeBatch = (writer: Writer, partition: ProducePartition, settings: BatchSettings): void => {
  const start = writer.at;
  const count = partition.messages.length;
  writer.int64(0n);
  writer.int32(0);
  writer.int32(0);
  writer.int8(magic);
  writer.int32(0);
  writer.int16(settings.isTransactional ? transactionalAttribute : 0);
  writer.int32(count - 1);
  writer.int64(BigInt(settings.timestampMs));
  writer.int64(BigInt(settings.timestampMs));
  writer.int64(settings.producerId);
  writer.int16(settings.producerEpoch);
  writer.int32(partition.firstSequence ?? 0);
  writer.int32(count);
  for (const [index, message] of partition.messages.entries()) writeRecord(writer, message, index);
  writer.buffer.writeInt32BE(writer.at - start - batchLengthFrom, start + 8);
  writer.buffer.writeUInt32BE(crc32c(writer.buffer, start + attributesAt, writer.at), start + checksumAt);
};

const writeRecord = (writer: Writer, message: ProduceMessage, index: number): void => {
  const headers = message.headers ?? {};
  let headerCount = 0;
  let headerBytes = 0;
  for (const name in headers) {
    headerCount += 1;
    headerBytes += sizeOfBytes(lengthOf(headerName(name))) + sizeOfBytes(lengthOf(headers[name] ?? null));
  }
  const keyLength = lengthOf(message.key ?? null);
  const valueLength = lengthOf(message.value);
  // One byte of attributes and one of the timestamp's difference, which is always 0.
  const size = 2 + sizeOfVarint(index) + sizeOfBytes(keyLength) + sizeOfBytes(valueLength) + sizeOfVarint(headerCount) + headerBytes;
  writer.varint(size);
  writer.int8(0);
  writer.int8(0);
  writer.varint(index);
  writer.bytes(message.key ?? null, keyLength);
  writer.bytes(message.value, valueLength);
  writer.varint(headerCount);
  for (const name in headers) {
    const value = headers[name] ?? null;
    const nameBytes = headerName(name);
    writer.bytes(nameBytes, nameBytes.length);
    writer.bytes(value, lengthOf(value));
  }
};

const upperBound = (request: ProduceRequest): number => {
  let bytes = 64 + Buffer.byteLength(request.transactionalId ?? '');
  for (const { topic, partitions } of request.topicData) {
    bytes += 8 + Buffer.byteLength(topic);
    for (const { messages } of partitions) {
      bytes += 8 + batchHeaderBytes;
      for (const message of messages) bytes += recordUpperBound(message);
    }
  }
  return bytes;
};

const varintUpperBound = 5;

const recordUpperBound = (message: ProduceMessage): number => {
  let bytes = 2 + 5 * varintUpperBound + Math.max(0, lengthOf(message.key ?? null)) + Math.max(0, lengthOf(message.value));
  for (const name in message.headers) {
    bytes += 2 * varintUpperBound + headerName(name).length + Math.max(0, lengthOf(message.headers[name] ?? null));
  }
  return bytes;
};

/** Header names are few and always the same. */
const maxHeaderNames = 1000;
const headerNames = new Map<string, Buffer>();

const headerName = (name: string): Buffer => {
  const known = headerNames.get(name);
  if (known !== undefined) return known;
  const bytes = Buffer.from(name);
  if (headerNames.size < maxHeaderNames) headerNames.set(name, bytes);
  return bytes;
};

/** -1 for null, as on the wire. */
const lengthOf = (value: string | Buffer | null): number => {
  if (value === null) return -1;
  return typeof value === 'string' ? Buffer.byteLength(value) : value.length;
};

const sizeOfBytes = (length: number): number => sizeOfVarint(length) + Math.max(0, length);

const sizeOfVarint = (value: number): number => {
  const zigZag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigZag < 0x80) return 1;
  if (zigZag < 0x4000) return 2;
  if (zigZag < 0x200000) return 3;
  return zigZag < 0x10000000 ? 4 : 5;
};

class Writer {
  readonly buffer: Buffer;
  at = 0;

  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafe(bytes);
  }

  int8(value: number): void {
    this.buffer[this.at] = value;
    this.at += 1;
  }

  int16(value: number): void {
    this.at = this.buffer.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.at = this.buffer.writeInt32BE(value, this.at);
  }

  int64(value: bigint): void {
    this.at = this.buffer.writeBigInt64BE(value, this.at);
  }

  nullableString(value: string | null): void {
    this.int16(lengthOf(value));
    if (value !== null) this.at += this.buffer.write(value, this.at);
  }

  varint(value: number): void {
    let zigZag = ((value << 1) ^ (value >> 31)) >>> 0;
    while (zigZag >= 0x80) {
      this.buffer[this.at] = (zigZag & 0x7f) | 0x80;
      this.at += 1;
      zigZag >>>= 7;
    }
    this.buffer[this.at] = zigZag;
    this.at += 1;
  }

  /** Length, -1 for null, and the bytes. */
  bytes(value: string | Buffer | null, length: number): void {
    this.varint(length);
    if (value === null) return;
    if (typeof value === 'string') this.buffer.write(value, this.at);
    else this.buffer.set(value, this.at);
    this.at += length;
  }
}
