/** Topics and committed offsets. */
import { describe, expect, it } from 'vitest';
import { inWorld, numbered, sendAll } from './kafka-contract-world.ts';
import type { CreateKafkaHarness } from './kafka-port.contract.ts';

export const adminContract = (createHarness: CreateKafkaHarness): void => {
  describe('admin', () => {
    it(
      'creates only the topics that are missing, and says which',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic(3);
        const other = `${topic}-other`;
        const define = (name: string) => ({ topic: name, partitions: 2, replicationFactor: 1, config: {} });
        expect(await world.kafka.admin.createTopics([define(topic), define(other)])).toEqual([other]);
        expect(await world.kafka.admin.partitionCount(topic)).toBe(3);
        expect(await world.kafka.admin.partitionCount(other)).toBe(2);
        expect(await world.kafka.admin.listTopics()).toEqual(expect.arrayContaining([topic, other]));
      }),
    );

    it(
      'tells first and after-last offsets of each partition',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic(2);
        await sendAll(
          world.kafka,
          numbered(topic, 5).map((record) => ({ ...record, partition: 1 })),
        );
        expect(await world.kafka.admin.offsetRange(topic)).toEqual([
          { partition: 0, low: 0, high: 0 },
          { partition: 1, low: 0, high: 5 },
        ]);
      }),
    );

    it(
      'has no committed offset until one is committed, then the first one of each partition',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic(2);
        const group = world.group();
        expect(await world.kafka.admin.committedOffset(group, { topic, partition: 1 })).toBeNull();
        await world.kafka.admin.ensureStartOffsets(group, [topic]);
        expect(await world.kafka.admin.committedOffset(group, { topic, partition: 0 })).toBe(0);
        expect(await world.kafka.admin.committedOffset(group, { topic, partition: 1 })).toBe(0);
      }),
    );

    it(
      'never overwrites a committed offset with a start offset, however many instances start at once',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic(2);
        const group = world.group();
        const ports = [world.kafka, world.harness.open(), world.harness.open()];
        for (const port of ports.slice(1)) world.onEnd(() => port.disconnect());
        const producer = await world.kafka.transactionalProducer(`${group}-commits`);
        const transaction = await producer.begin();
        await transaction.send(numbered(topic, 3));
        await transaction.sendOffset({ groupId: group, topic, partition: 0, offset: 2 });
        await transaction.commit();
        await world.harness.until(
          'the offset is visible',
          async () => (await world.kafka.admin.committedOffset(group, { topic, partition: 0 })) === 2,
        );
        await Promise.all(ports.map((port) => port.admin.ensureStartOffsets(group, [topic])));
        expect(await world.kafka.admin.committedOffset(group, { topic, partition: 0 })).toBe(2);
        expect(await world.kafka.admin.committedOffset(group, { topic, partition: 1 })).toBe(0);
        await producer.disconnect();
      }),
    );
  });
};
