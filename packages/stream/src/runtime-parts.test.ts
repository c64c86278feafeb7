import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backOffMs } from './back-off.ts';
import { chunksOf } from './chunks.ts';
import { dealPartitions } from './co-partitioned-assigner.ts';
import { createDeadLetterBreaker, createPartitionBreaker, defaultBreaker } from './dead-letter-breaker.ts';
import type { ConsumedRecord } from './kafka-port.ts';

const recordOf = (size: number, offset: number): ConsumedRecord => ({
  offset,
  timestampMs: 0,
  key: null,
  value: Buffer.alloc(size),
  headers: {},
});

describe('chunksOf', () => {
  it('is the batch again when put together, each chunk within its limits', () => {
    const limits = { maxRecords: 4, maxBytes: 100 };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 150 }), { maxLength: 40 }), (sizes) => {
        const records = sizes.map(recordOf);
        const chunks = [...chunksOf(records, limits)];
        expect(chunks.flat()).toEqual(records);
        for (const chunk of chunks) {
          const bytes = chunk.reduce((sum, record) => sum + (record.value?.length ?? 0), 0);
          expect(chunk.length).toBeGreaterThan(0);
          expect(chunk.length).toBeLessThanOrEqual(limits.maxRecords);
          expect(chunk.length === 1 || bytes <= limits.maxBytes).toBe(true);
        }
      }),
    );
  });
});

describe('backOffMs', () => {
  it('grows, stays between half and all of the bound, and never overflows', () => {
    const options = { firstMs: 200, maxMs: 10_000 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, random) => {
        const full = Math.min(10_000, 200 * 2 ** (failures - 1));
        const waits = backOffMs(failures, random, options);
        expect(waits).toBeGreaterThanOrEqual(full / 2);
        expect(waits).toBeLessThanOrEqual(full);
      }),
    );
  });
});

describe('createPartitionBreaker', () => {
  it('counts a record once, however often its chunk is tried', () => {
    const breaker = createPartitionBreaker({ ...defaultBreaker, maxInRow: 5 });
    for (let attempt = 0; attempt < 10; attempt += 1) {
      for (let offset = 0; offset < 4; offset += 1) expect(breaker.add(offset, true)).toBe(false);
    }
    expect(breaker.add(4, true)).toBe(true);
    expect([breaker.add(3, true), breaker.add(4, true)]).toEqual([false, true]);
  });
});

describe('createDeadLetterBreaker', () => {
  it('opens at the fiftieth dead letter in a row', () => {
    const breaker = createDeadLetterBreaker();
    const answers = Array.from({ length: 50 }, () => breaker.add(true));
    expect(answers.slice(0, 49)).not.toContain(true);
    expect(answers[49]).toBe(true);
  });

  it('opens above five percent, but not below a thousand records', () => {
    const breaker = createDeadLetterBreaker();
    let opened = 0;
    for (let index = 1; index <= 1200 && opened === 0; index += 1) if (breaker.add(index % 10 === 0)) opened = index;
    expect(opened).toBe(1000);
  });

  it('never opens while at most five percent of every window are dead letters, spread out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 400 }), fc.integer({ min: 1, max: 20 }), (every, rounds) => {
        const breaker = createDeadLetterBreaker();
        for (let index = 1; index <= rounds * 500; index += 1) expect(breaker.add(index % every === 0)).toBe(false);
      }),
      { numRuns: 30 },
    );
  });

  it('forgets what lies two windows back', () => {
    const breaker = createDeadLetterBreaker({ ...defaultBreaker, maxInRow: 1000 });
    for (let index = 0; index < 49; index += 1) breaker.add(true);
    for (let index = 0; index < 3000; index += 1) breaker.add(false);
    for (let index = 0; index < 49; index += 1) expect(breaker.add(true)).toBe(false);
  });
});

describe('dealPartitions', () => {
  it('puts partition n of every topic on one member, every partition once, evenly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 12 }), (members, count) => {
        const partitions = Array.from({ length: count }, (_, index) => index);
        const deal = dealPartitions({
          memberIds: Array.from({ length: members }, (_, index) => `m${index}`),
          topics: [
            { topic: 'a', partitions },
            { topic: 'b', partitions },
          ],
        });
        const shares = [...deal.values()].map((assignment) => assignment.a?.length ?? 0);
        for (const assignment of deal.values()) expect(assignment.a).toEqual(assignment.b);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(count);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
