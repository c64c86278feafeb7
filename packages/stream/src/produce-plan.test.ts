import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutgoingRecord } from './kafka-port.ts';
import { murmur2, partitionOf } from './murmur2.ts';
import { planProduce, recordBytes } from './produce-plan.ts';

describe('murmur2', () => {
  // Vectors of org.apache.kafka.common.utils.UtilsTest.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as the Java client does', (key, hash) => {
    expect(murmur2(key)).toBe(hash);
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  it('always names a partition that exists', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.uint8Array().map(Buffer.from)), fc.integer({ min: 1, max: 100 }), (key, count) => {
        const partition = partitionOf(key, count);
        expect(partition).toBeGreaterThanOrEqual(0);
        expect(partition).toBeLessThan(count);
      }),
    );
  });
});

const record = fc.record({
  topic: fc.constantFrom('a', 'b'),
  key: fc.constantFrom('k1', 'k2', 'k3', 'k4'),
  size: fc.integer({ min: 0, max: 400 }),
});

describe('planProduce', () => {
  const limits = { maxBatchBytes: 1000, maxBatchRecords: 5 };
  const chooser = { partitionCount: () => 3, keylessTurn: 7 };

  it('keeps each partition in order, below the limits, and loses nothing', () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), (drawn) => {
        const records = drawn.map(
          ({ topic, key, size }, index): OutgoingRecord => ({
            topic,
            key,
            value: Buffer.alloc(size, index),
            headers: { index: String(index) },
          }),
        );
        const sent = new Map<string, string[]>();
        for (const call of planProduce(records, chooser, limits)) {
          for (const { topic, messages } of call) {
            const bytes = new Map<number, number[]>();
            for (const message of messages) {
              bytes.set(message.partition, [...(bytes.get(message.partition) ?? []), recordBytes(message)]);
              const at = `${topic}/${message.partition}`;
              sent.set(at, [...(sent.get(at) ?? []), String(message.headers.index)]);
            }
            for (const sizes of bytes.values()) {
              expect(sizes.length).toBeLessThanOrEqual(limits.maxBatchRecords);
              const total = sizes.reduce((sum, size) => sum + size, 0);
              expect(sizes.length === 1 || total <= limits.maxBatchBytes).toBe(true);
            }
          }
        }
        const expected = new Map<string, string[]>();
        records.forEach(({ topic, key }, index) => {
          const at = `${topic}/${partitionOf(String(key), 3)}`;
          expected.set(at, [...(expected.get(at) ?? []), String(index)]);
        });
        expect(Object.fromEntries(sent)).toEqual(Object.fromEntries(expected));
      }),
    );
  });

  it('keeps a given partition, and the keyless of one plan together', () => {
    const [call] = planProduce(
      [
        { topic: 'a', key: 'k1', value: null, partition: 2 },
        { topic: 'a', key: null, value: null },
        { topic: 'a', key: null, value: null },
      ],
      chooser,
    );
    expect(call?.[0]?.messages.map((message) => message.partition)).toEqual([2, 1, 1]);
  });
});
