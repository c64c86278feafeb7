/** What is acknowledged is there, in order, where its key says, byte for byte. */
import { partitionOf } from '@lead-router/stream/murmur2.ts';
import { describe, expect, it } from 'vitest';
import { inWorld, numbered, sendAll, textsUpTo } from './kafka-contract-world.ts';
import type { CreateKafkaHarness } from './kafka-port.contract.ts';

export const producerContract = (createHarness: CreateKafkaHarness): void => {
  describe('producer', () => {
    it(
      'keeps keys, values, headers and tombstones as they are',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        const bytes = Buffer.from([0, 255, 1, 128]);
        await sendAll(world.kafka, [
          { topic, key: 'clé', value: bytes, headers: { traceparent: '00-ab', raw: bytes } },
          { topic, key: bytes, value: null },
          { topic, key: null, value: Buffer.alloc(0) },
        ]);
        const member = await world.member({ groupId: world.group(), topics: [topic] });
        await world.harness.until('three records', () => member.records().length === 3);
        const [first, second, third] = member.records();
        expect(first?.key).toEqual(Buffer.from('clé'));
        expect(first?.value).toEqual(bytes);
        expect(Object.entries(first?.headers ?? {}).map(([name, value]) => [name, Buffer.from(value)])).toEqual([
          ['traceparent', Buffer.from('00-ab')],
          ['raw', bytes],
        ]);
        expect(first?.timestampMs).toBeGreaterThan(0);
        expect(second?.key).toEqual(bytes);
        expect(second?.value).toBeNull();
        expect(third?.key).toBeNull();
        expect(third?.value).toEqual(Buffer.alloc(0));
        expect(member.records().map((record) => record.offset)).toEqual([0, 1, 2]);
      }),
    );

    it(
      "puts a key's records into the partition that Java's client would choose, in order",
      inWorld(createHarness, async (world) => {
        const topic = await world.topic(4);
        const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
        await sendAll(
          world.kafka,
          keys.flatMap((key) => numbered(topic, 20, key)),
        );
        const member = await world.member({ groupId: world.group(), topics: [topic] });
        await world.harness.until('all records', () => member.records().length === 20 * keys.length);
        for (const key of keys) {
          const found = member.batches.flatMap((batch) =>
            batch.records.filter((record) => record.key?.toString() === key).map((record) => ({ record, partition: batch.partition })),
          );
          expect(found.map(({ record }) => record.value?.toString())).toEqual(textsUpTo(20));
          expect(new Set(found.map(({ partition }) => partition))).toEqual(new Set([partitionOf(key, 4)]));
        }
      }),
    );

    it(
      'keeps the order of calls that nobody waited for',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        const producer = await world.kafka.producer();
        const records = numbered(topic, 60);
        await Promise.all([
          producer.send(records.slice(0, 20)),
          producer.send(records.slice(20, 21)),
          producer.send([]),
          producer.send(records.slice(21)),
        ]);
        await producer.disconnect();
        const member = await world.member({ groupId: world.group(), topics: [topic] });
        await world.harness.until('all records', () => member.records().length === 60);
        expect(member.values()).toEqual(textsUpTo(60));
      }),
    );

    it(
      'sends what is larger than one batch of the broker may be',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        const value = (index: number) => Buffer.alloc(100_000, index);
        await sendAll(
          world.kafka,
          Array.from({ length: 30 }, (_, index) => ({ topic, key: 'k', value: value(index) })),
        );
        const member = await world.member({ groupId: world.group(), topics: [topic] });
        await world.harness.until('all records', () => member.records().length === 30);
        expect(member.records().map((record) => record.value?.[0])).toEqual(Array.from({ length: 30 }, (_, index) => index));
      }),
    );
  });
};
