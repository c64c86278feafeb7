/**
 * How a batch's outputs are kept in `router_partitions` until the next batch overwrites them: length-prefixed, in order,
 * byte for byte what Kafka gets, so that emitting again emits the same. Compressed, since each decision and its state carry the
 * same context: a fifth of the bytes for Postgres to write, for every batch.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';

const NULL_LENGTH = 0xffffffff;
const COMPRESSION = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
/** The first number. Another layout gets another one. */
const LAYOUT = 1;
const NUMBER_BYTES = 4;

export function encodeOutputs(outputs: readonly OutgoingRecord[]): Buffer {
  const bytes = Buffer.allocUnsafe(upperBound(outputs));
  let at = 0;
  const number = (value: number) => {
    at = bytes.writeUInt32LE(value, at);
  };
  const field = (value: string | Buffer | null) => {
    if (value === null) return number(NULL_LENGTH);
    const from = at + NUMBER_BYTES;
    const length = typeof value === 'string' ? bytes.write(value, from, 'utf8') : value.copy(bytes, from);
    number(length);
    at += length;
  };
  number(LAYOUT);
  number(outputs.length);
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
  return zstdCompressSync(bytes.subarray(0, at), COMPRESSION);
}

/** No text has more than three bytes of UTF-8 for each of its units. */
function upperBound(outputs: readonly OutgoingRecord[]): number {
  let bytes = 2 * NUMBER_BYTES;
  const add = (value: string | Buffer | null) => {
    bytes += NUMBER_BYTES + (typeof value === 'string' ? 3 * value.length : (value?.length ?? 0));
  };
  for (const { topic, key, value, headers } of outputs) {
    bytes += 2 * NUMBER_BYTES;
    add(topic);
    add(key);
    add(value);
    for (const name in headers) {
      add(name);
      add(headers[name] ?? null);
    }
  }
  return bytes;
}

/** The inverse; keys and header values come back as bytes. Throws for outputs that another release has laid out otherwise. */
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
  const layout = number();
  if (layout !== LAYOUT)
    throw new Error(
      `the stored outputs have layout ${layout}, this release reads ${LAYOUT}: run the release that wrote them until it is drained`,
    );
  return Array.from({ length: number() }, () => {
    const topic = text();
    const partition = number();
    const key = field();
    const value = field();
    const headers = Object.fromEntries(Array.from({ length: number() }, () => [text(), field() ?? Buffer.alloc(0)]));
    return { topic, key, value, headers, ...(partition === NULL_LENGTH ? {} : { partition }) };
  });
}
