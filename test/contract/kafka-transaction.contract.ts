/** Transactions: all or nothing, seen by nobody before, and only one producer of an id at a time. */
import type { KafkaFault, KafkaTransaction, TransactionalProducer } from '@lead-router/stream/kafka-port.ts';
import { describe, expect, it } from 'vitest';
import { inWorld, numbered, sendAll, textsUpTo, type World } from './kafka-contract-world.ts';
import type { CreateKafkaHarness } from './kafka-port.contract.ts';

export const transactionContract = (createHarness: CreateKafkaHarness): void => {
  describe('transactions', () => {
    it(
      'show nothing of an open or an aborted transaction, and everything of a committed one',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        const member = await world.member({ groupId: world.group(), topics: [topic] });
        const producer = await connect(world, 'id');
        const aborted = await producer.begin();
        await aborted.send([{ topic, key: 'k', value: Buffer.from('aborted') }]);
        await aborted.abort();
        await sendAll(world.kafka, [{ topic, key: 'k', value: Buffer.from('between') }]);
        await world.harness.until('the record between', () => member.values().includes('between'));
        const committed = await producer.begin();
        await committed.send(numbered(topic, 2));
        await sendAll(world.kafka, [{ topic, key: 'k', value: Buffer.from('behind the open one') }]);
        expect(member.values()).toEqual(['between']);
        await committed.commit();
        await world.harness.until('the rest', () => member.values().length === 4);
        expect(member.values()).toEqual(['between', '0', '1', 'behind the open one']);
      }),
    );

    it(
      'commit outputs and the consumed offset together, or neither',
      inWorld(createHarness, async (world) => {
        const [input, output] = [await world.topic(), await world.topic()];
        const groupId = world.group();
        const producer = await connect(world, 'id');
        const position = { groupId, topic: input, partition: 0 };
        const aborted = await producer.begin();
        await aborted.send(numbered(output, 1));
        await aborted.sendOffset({ ...position, offset: 5 });
        await aborted.abort();
        expect(await world.kafka.admin.committedOffset(groupId, position)).toBeNull();
        const committed = await producer.begin();
        await committed.send(numbered(output, 1));
        await committed.sendOffset({ ...position, offset: 7 });
        await committed.commit();
        await world.harness.until('the offset', async () => (await world.kafka.admin.committedOffset(groupId, position)) === 7);
        const member = await world.member({ groupId: world.group(), topics: [output] });
        await world.harness.until('the output', () => member.values().length === 1);
      }),
    );

    it(
      'take outputs and offset at once, one transaction right after the other, and keep the order of the outputs',
      inWorld(createHarness, async (world) => {
        const [input, output] = [await world.topic(), await world.topic()];
        const position = { groupId: world.group(), topic: input, partition: 0 };
        const producer = await connect(world, 'id');
        const values = textsUpTo(60);
        for (let offset = 1; offset <= 20; offset += 1) {
          const transaction = await producer.begin();
          const records = values.slice(3 * offset - 3, 3 * offset).map((value) => ({ topic: output, key: 'k', value: Buffer.from(value) }));
          await Promise.all([transaction.send(records), transaction.sendOffset({ ...position, offset })]);
          await transaction.commit();
        }
        const committed = () => world.kafka.admin.committedOffset(position.groupId, position);
        await world.harness.until('the last offset', async () => (await committed()) === 20);
        const member = await world.member({ groupId: world.group(), topics: [output] });
        await world.harness.until('the outputs', () => member.values().length === values.length);
        expect(member.values()).toEqual(values);
      }),
    );

    it(
      'commit an offset without any output, many times in a row',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        const groupId = world.group();
        const producer = await connect(world, 'id');
        for (let offset = 1; offset <= 5; offset += 1) {
          const transaction = await producer.begin();
          await transaction.sendOffset({ groupId, topic, partition: 0, offset });
          await transaction.commit();
        }
        const read = () => world.kafka.admin.committedOffset(groupId, { topic, partition: 0 });
        await world.harness.until('the last offset', async () => (await read()) === 5);
      }),
    );

    it(
      'are fenced by a newer producer of the same id, which settles the open one',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        const groupId = world.group();
        const position = { groupId, topic, partition: 0 };
        const older = await connect(world, 'id');
        const lost = await older.begin();
        await lost.send([{ topic, key: 'k', value: Buffer.from('lost') }]);
        await lost.sendOffset({ ...position, offset: 9 });
        const newer = await connect(world, 'id');
        expect(await world.kafka.admin.committedOffset(groupId, position)).toBeNull();
        const kept = await newer.begin();
        await kept.send(numbered(topic, 3));
        await kept.commit();
        expect(await kindOf(lost)).toBe('fenced');
        const member = await world.member({ groupId: world.group(), topics: [topic] });
        await world.harness.until('what was kept', () => member.values().length >= 3);
        expect(member.values()).toEqual(textsUpTo(3));
        expect(await world.kafka.admin.committedOffset(groupId, position)).toBeNull();
      }),
    );

    it(
      'have their offset read by whoever is given the id next, at once',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        const position = { groupId: world.group(), topic, partition: 0 };
        for (let offset = 1; offset <= 20; offset += 1) {
          const producer = await connect(world, 'id');
          // A task that finds less than was committed here would emit its last batch again.
          if (offset > 1) expect(await world.kafka.admin.committedOffset(position.groupId, position)).toBe(offset - 1);
          const transaction = await producer.begin();
          await transaction.send(numbered(topic, 1));
          await transaction.sendOffset({ ...position, offset });
          await transaction.commit();
        }
      }),
    );

    it(
      'leave gaps in the offsets that a task must not take for a loss',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic();
        const member = await world.member({ groupId: world.group(), topics: [topic] });
        const producer = await connect(world, 'id');
        for (let round = 0; round < 3; round += 1) {
          const transaction = await producer.begin();
          await transaction.send(numbered(topic, 2));
          await transaction.commit();
          await world.harness.until('this round', () => member.records().length === 2 * (round + 1));
        }
        expect(member.records().map((record) => record.offset)).toEqual([0, 1, 3, 4, 6, 7]);
        for (const [index, batch] of member.batches.entries()) {
          const previous = member.batches[index - 1];
          if (previous !== undefined) expect(batch.fetchedOffset).toBeGreaterThanOrEqual(previous.nextOffset);
          expect(batch.fetchedOffset).toBeLessThanOrEqual(batch.records[0]?.offset ?? -1);
        }
      }),
    );
  });
};

const connect = async (world: World, name: string): Promise<TransactionalProducer> => {
  const id = `${name}-${idsOf(world)}`;
  const port = world.harness.open();
  const producer = await port.transactionalProducer(id);
  world.onEnd(async () => {
    await producer.disconnect();
    await port.disconnect();
  });
  return producer;
};

const ids = new WeakMap<World, string>();

/** One id a world: the same for older and newer producers of one test, never for two tests. */
const idsOf = (world: World): string => {
  const id = ids.get(world) ?? world.group();
  ids.set(world, id);
  return id;
};

const kindOf = async (transaction: KafkaTransaction): Promise<string> =>
  transaction.commit().then(
    () => 'committed',
    (fault: KafkaFault) => fault.kind,
  );
