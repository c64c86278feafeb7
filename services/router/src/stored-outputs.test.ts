import { zstdCompressSync } from 'node:zlib';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeOutputs, encodeOutputs } from './stored-outputs.ts';

const bytes = fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array));
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
const anyOutput: fc.Arbitrary<OutgoingRecord> = fc
  .record({
    topic: text,
    key: fc.oneof(fc.constant(null), text, bytes),
    value: fc.oneof(fc.constant(null), bytes),
    headers: fc.option(fc.dictionary(text, fc.oneof(text, bytes), { maxKeys: 4 }), { nil: undefined }),
    partition: fc.option(fc.nat(1000), { nil: undefined }),
  })
  .map(({ headers, partition, ...rest }) => ({
    ...rest,
    ...(headers === undefined ? {} : { headers }),
    ...(partition === undefined ? {} : { partition }),
  }));

describe('stored outputs', () => {
  test('come back in order, byte for byte as Kafka would have had them', () => {
    fc.assert(
      fc.property(fc.array(anyOutput, { maxLength: 8 }), (outputs) => {
        expect(decodeOutputs(encodeOutputs(outputs))).toEqual(outputs.map(asBytes));
      }),
    );
  });

  test('stay the same however often they are stored again', () => {
    fc.assert(
      fc.property(fc.array(anyOutput, { maxLength: 8 }), (outputs) => {
        const stored = encodeOutputs(outputs);
        expect(encodeOutputs(decodeOutputs(stored)).equals(stored)).toBe(true);
      }),
    );
  });

  test('of another layout are named as such', () => {
    const later = zstdCompressSync(Buffer.from([2, 0, 0, 0, 0, 0, 0, 0]));
    expect(() => decodeOutputs(later)).toThrow('have layout 2, this release reads 1');
  });

  test('tell an empty key and an empty value from none', () => {
    const outputs = [
      { topic: 't', key: '', value: Buffer.alloc(0) },
      { topic: 't', key: null, value: null },
    ];
    expect(decodeOutputs(encodeOutputs(outputs)).map(({ key, value }) => [key?.length, value?.length])).toEqual([
      [0, 0],
      [undefined, undefined],
    ]);
  });

  test('of a batch that emits nothing are none', () => {
    expect(decodeOutputs(encodeOutputs([]))).toEqual([]);
  });
});

function asBytes({ headers = {}, ...output }: OutgoingRecord): OutgoingRecord {
  const toBytes = (value: string | Buffer) => (typeof value === 'string' ? Buffer.from(value, 'utf8') : value);
  return {
    ...output,
    key: output.key === null ? null : toBytes(output.key),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, toBytes(value)])),
  };
}
