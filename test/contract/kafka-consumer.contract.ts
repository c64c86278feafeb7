/** One member of a group: positions, seeks, pauses, commits, faults. */
import { describe, expect, it } from 'vitest';
import { inWorld, numbered, sendAll, textsUpTo } from './kafka-contract-world.ts';
import type { CreateKafkaHarness } from './kafka-port.contract.ts';

export const consumerContract = (createHarness: CreateKafkaHarness): void => {
  describe('consumer', () => {
    it(
      'hands over batches that tile the partition',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        const member = await world.member({ groupId: world.group(), topics: [topic] });
        for (let round = 0; round < 4; round += 1) await sendAll(world.kafka, numbered(topic, 25));
        await world.harness.until('all records', () => member.records().length === 100);
        let end = 0;
        for (const batch of member.batches) {
          expect(batch.fetchedOffset).toBe(end);
          expect(batch.highWatermark).toBeGreaterThanOrEqual(batch.nextOffset);
          expect(batch.records.at(-1)?.offset).toBeLessThan(batch.nextOffset);
          end = batch.nextOffset;
        }
        expect(end).toBe(100);
      }),
    );

    it(
      'goes on after the committed offset when it starts again',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        const groupId = world.group();
        await sendAll(world.kafka, numbered(topic, 10));
        const first = await world.member({ groupId, topics: [topic] });
        await world.harness.until('the first records', () => first.records().length === 10);
        await first.consumer.commit([{ topic, partition: 0, offset: 6 }]);
        await first.consumer.stop();
        expect(await world.kafka.admin.committedOffset(groupId, { topic, partition: 0 })).toBe(6);
        const second = await world.member({ groupId, topics: [topic] });
        await world.harness.until('the rest', () => second.records().length >= 4);
        expect(second.values()).toEqual(['6', '7', '8', '9']);
      }),
    );

    it(
      'reads again from where it is told to',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        await sendAll(world.kafka, numbered(topic, 10));
        let hasSought = false;
        const member = await world.member({
          groupId: world.group(),
          topics: [topic],
          handler: async (batch, context, { consumer }) => {
            if (hasSought || batch.nextOffset < 10) return;
            hasSought = true;
            consumer.seek({ topic, partition: 0, offset: 7 });
            expect(context.isCurrent()).toBe(false);
          },
        });
        await world.harness.until('the records again', () => member.records().length >= 13);
        expect(member.values()).toEqual([...textsUpTo(10), '7', '8', '9']);
        expect(member.batches.at(-1)?.fetchedOffset).toBe(7);
      }),
    );

    it(
      'reads a batch again that its handler neither finished nor sought away from',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic(2);
        const both = [0, 1].flatMap((partition) => numbered(topic, 3).map((record) => ({ ...record, partition })));
        await sendAll(world.kafka, both);
        const paused = { topic, partition: 0 };
        let attempts = 0;
        const member = await world.member({
          groupId: world.group(),
          topics: [topic],
          handler: async (batch, _context, { consumer }) => {
            if (batch.partition !== 0) return;
            attempts += 1;
            if (attempts > 1) return;
            consumer.seek({ ...paused, offset: batch.fetchedOffset });
            consumer.pause([paused]);
          },
        });
        await world.harness.until('the other partition', () => member.values(1).length === 3 && attempts === 1);
        member.consumer.resume([paused]);
        await world.harness.until('another attempt', () => attempts === 2);
        expect(member.values(0)).toEqual(['0', '1', '2', '0', '1', '2']);
      }),
    );

    it(
      'resumes a partition that was paused before its first read',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic(2);
        const groupId = world.group();
        const member = await world.member({ groupId, topics: [topic] });
        member.consumer.pause([{ topic, partition: 0 }]);
        await sendAll(
          world.kafka,
          [0, 1].flatMap((partition) => numbered(topic, 2).map((record) => ({ ...record, partition }))),
        );
        await world.harness.until('the partition that is not paused', () => member.values(1).length === 2);
        expect(member.values(0)).toEqual([]);
        member.consumer.resume([{ topic, partition: 0 }]);
        await world.harness.until('the resumed partition', () => member.values(0).length === 2);
      }),
    );

    it(
      'lets a running handler finish and commit before it leaves',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        const groupId = world.group();
        let release: () => void = () => undefined;
        const released = new Promise<void>((resolve) => {
          release = resolve;
        });
        const member = await world.member({
          groupId,
          topics: [topic],
          handler: async (batch, context, { consumer }) => {
            await released;
            expect(context.isCurrent()).toBe(false);
            await consumer.commit([{ topic, partition: 0, offset: batch.nextOffset }]);
          },
        });
        await sendAll(world.kafka, numbered(topic, 1));
        await world.harness.until('the handler', () => member.batches.length === 1);
        const stopping = member.consumer.stop();
        release();
        await stopping;
        expect(await world.kafka.admin.committedOffset(groupId, { topic, partition: 0 })).toBe(1);
        expect(member.faults).toEqual([]);
      }),
    );

    it(
      'reports a handler that throws as a fault, once, and calls it no more',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        const bug = new Error('a bug');
        const member = await world.member({
          groupId: world.group(),
          topics: [topic],
          handler: () => Promise.reject(bug),
        });
        await sendAll(world.kafka, numbered(topic, 1));
        await world.harness.until('the fault', () => member.faults.length > 0);
        expect(member.faults).toEqual([bug]);
        expect(member.batches).toHaveLength(1);
      }),
    );
  });
};
