/** The traps of the real client that only a real broker can spring. */
import { randomUUID } from 'node:crypto';
import { KafkaFault } from '@lead-router/stream/kafka-port.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { afterAll, describe, expect, it } from 'vitest';

const brokers = (process.env.TEST_KAFKA_BROKERS ?? '').split(',');
const sessionTimeoutMs = 6_000;

const open = () => createKafkaJsPort({ connection: { brokers, clientId: 'hazards' }, logger: silentLogger, sessionTimeoutMs });

const until = async (what: string, condition: () => boolean): Promise<void> => {
  const startedAt = performance.now();
  while (!condition()) {
    if (performance.now() - startedAt > 30_000) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

const warnings: Error[] = [];
const note = (warning: Error): void => void warnings.push(warning);
process.on('warning', note);

afterAll(() => {
  process.off('warning', note);
  expect(warnings.filter((warning) => warning.name === 'TimeoutNegativeWarning')).toEqual([]);
});

describe('a member that says nothing for longer than its session', () => {
  it('loses its partition to another, learns of it at its next heartbeat, and comes back in a newer generation', async () => {
    const [slow, quick] = [open(), open()];
    const topic = `hazard-${randomUUID()}`;
    const groupId = topic;
    await slow.admin.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
    await slow.admin.ensureStartOffsets(groupId, [topic]);
    const generations: number[] = [];
    let told: unknown = null;
    let isHeld = false;
    let isTaken = false;
    const zombie = slow.consumer({ groupId, topics: [topic], onAssigned: ({ generation }) => void generations.push(generation) });
    await zombie.start(async (batch, context) => {
      if (told !== null || isTaken) return;
      isHeld = true;
      await until('the other member', () => isTaken);
      told = await context.heartbeat().catch((error: unknown) => error);
      expect(context.isCurrent()).toBe(false);
      await expect(zombie.commit([{ topic, partition: 0, offset: batch.nextOffset }])).rejects.toMatchObject({ kind: 'not-member' });
    });
    const producer = await slow.producer();
    await producer.send([{ topic, key: 'k', value: Buffer.from('1') }]);
    await until('the batch in work', () => isHeld);
    const other = quick.consumer({ groupId, topics: [topic] });
    const joining = other.start(async (batch) => {
      isTaken = true;
      await other.commit([{ topic, partition: 0, offset: batch.nextOffset }]);
    });
    await until('the expulsion to be noticed', () => told !== null);
    expect(told).toBeInstanceOf(KafkaFault);
    expect(told).toMatchObject({ kind: 'not-member' });
    await joining;
    await until('the return', () => generations.length > 1);
    expect(generations).toEqual([...generations].sort((a, b) => a - b));
    await Promise.all([zombie.stop(), other.stop(), producer.disconnect()]);
    expect(await slow.admin.committedOffset(groupId, { topic, partition: 0 })).toBe(1);
    await Promise.all([slow.disconnect(), quick.disconnect()]);
  });
});

describe('a record that the broker refuses', () => {
  it('is a fault of its own call; the next call goes through, by a new producer', async () => {
    const kafka = open();
    const topic = `hazard-${randomUUID()}`;
    await kafka.admin.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: { 'max.message.bytes': '10000' } }]);
    const producer = await kafka.producer();
    await expect(producer.send([{ topic, key: 'k', value: Buffer.alloc(50_000) }])).rejects.toMatchObject({ kind: 'refused' });
    await producer.send([{ topic, key: 'k', value: Buffer.alloc(100) }]);
    expect(await kafka.admin.offsetRange(topic)).toEqual([{ partition: 0, low: 0, high: 1 }]);
    await producer.disconnect();
    await kafka.disconnect();
  });
});

describe('questions about several topics at once', () => {
  it('never make a committed offset look like none', { timeout: 60_000 }, async () => {
    const topics = Array.from({ length: 5 }, () => `hazard-${randomUUID()}`);
    const [topic = '', ...others] = topics;
    const partitions = 6;
    const kafka = open();
    await kafka.admin.createTopics(topics.map((name) => ({ topic: name, partitions, replicationFactor: 1, config: {} })));
    await kafka.admin.ensureStartOffsets(topic, [topic]);
    const committedAt = (partition: number) => kafka.admin.committedOffset(topic, { topic, partition });
    // Committed by a transaction, whose end is written down a moment after it was confirmed.
    for (let partition = 0; partition < partitions; partition++) await expect.poll(() => committedAt(partition)).toBe(0);
    const soon = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    // Metadata of one topic take the place of another's in kafkajs; an offset that is asked for in between is not "none".
    for (let round = 0; round < 100; round++) {
      const asking = others.map(async (other, index) => soon((index * 7 + round) % 5).then(() => kafka.admin.partitionCount(other)));
      const committed = Array.from({ length: partitions }, async (_, partition) =>
        soon((partition * 3 + round) % 5).then(() => committedAt(partition)),
      );
      expect(await Promise.all(committed)).toEqual(Array.from({ length: partitions }, () => 0));
      expect(await Promise.all(asking)).toEqual(others.map(() => partitions));
    }
    await kafka.disconnect();
  });
});

describe('a broker that is not there', () => {
  it('is an outage, said after a while, not a wait without end', async () => {
    const kafka = createKafkaJsPort({ connection: { brokers: ['127.0.0.1:1'], clientId: 'hazards' }, logger: silentLogger });
    await expect(kafka.admin.listTopics()).rejects.toMatchObject({ kind: 'unavailable' });
    await expect(kafka.producer()).rejects.toMatchObject({ kind: 'unavailable' });
    await kafka.disconnect();
  });
});
