/**
 * How a batch's outputs are kept in `router_partitions` until the next batch overwrites them: length-prefixed, in order,
 * byte for byte what Kafka gets, so that emitting again emits the same. Compressed, since each decision and its state carry the
 * same context: a fifth of the bytes for Postgres to write, for every batch.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';

const NULL_LENGTH = 0xffffffff;
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export function encodeOutputs(outputs: readonly OutgoingRecord[]): Buffer {
  const parts: Buffer[] = [];
  let length = 4;
  const put = (bytes: Buffer) => {
    parts.push(bytes);
    length += bytes.length;
  };
  const number = (value: number) => {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeUInt32LE(value);
    put(bytes);
  };
  const field = (value: string | Buffer | null) => {
    if (value === null) return number(NULL_LENGTH);
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    number(bytes.length);
    put(bytes);
  };
  const count = Buffer.allocUnsafe(4);
  count.writeUInt32LE(outputs.length);
  parts.push(count);
  for (const output of outputs) {
    field(output.topic);
    number(output.partition ?? NULL_LENGTH);
    field(output.key);
    field(output.value);
    const headers = Object.entries(output.headers ?? {});
    number(headers.length);
    for (const [name, value] of headers) {
      field(name);
      field(value);
    }
  }
  return zstdCompressSync(Buffer.concat(parts, length), COMPRESSION);
}

/** The inverse; keys and header values come back as bytes. */
export function decodeOutputs(stored: Buffer): OutgoingRecord[] {
  const bytes = zstdDecompressSync(stored);
  let at = 0;
  const number = () => {
    const value = bytes.readUInt32LE(at);
    at += 4;
    return value;
  };
  const field = (): Buffer | null => {
    const length = number();
    if (length === NULL_LENGTH) return null;
    at += length;
    return bytes.subarray(at - length, at);
  };
  const text = () => field()?.toString('utf8') ?? '';
  return Array.from({ length: number() }, () => {
    const topic = text();
    const partition = number();
    const key = field();
    const value = field();
    const headers = Object.fromEntries(Array.from({ length: number() }, () => [text(), field() ?? Buffer.alloc(0)]));
    return { topic, key, value, headers, ...(partition === NULL_LENGTH ? {} : { partition }) };
  });
}
