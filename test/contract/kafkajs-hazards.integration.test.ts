/** The traps of the real client that only a real broker can spring. */
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { KafkaFault, type KafkaPort, type TransactionalProducer } from '@lead-router/stream/kafka-port.ts';
import { createKafkaJsPort } from '@lead-router/stream/kafkajs-port.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';

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

describe('connections that break while records are being sent', { timeout: 120_000 }, () => {
  const breakingMs = 8_000;
  const connect = net.connect;
  const sockets = new Set<net.Socket>();

  beforeEach(() => {
    net.connect = new Proxy(connect, {
      apply: (target, self, parameters) => {
        const socket: net.Socket = Reflect.apply(target, self, parameters);
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        return socket;
      },
    });
  });
  afterEach(() => {
    net.connect = connect;
  });

  /** Some have their request at the broker by then, and no answer. */
  const breakThem = async (until: AbortSignal): Promise<number> => {
    let broken = 0;
    while (!until.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 60));
      for (const socket of sockets) {
        socket.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }));
        broken += 1;
      }
    }
    return broken;
  };

  const topicsOf = async (kafka: KafkaPort) => {
    const topics = [`hazard-${randomUUID()}`, `hazard-${randomUUID()}`];
    await kafka.admin.createTopics(topics.map((topic) => ({ topic, partitions: 3, replicationFactor: 1, config: {} })));
    return topics;
  };

  const valuesIn = async (topics: readonly string[]): Promise<readonly string[]> => {
    const kafka = open();
    const values: string[] = [];
    for (const topic of topics) {
      await readTopic(kafka, {
        topic,
        groupId: randomUUID(),
        onRecords: (records) => {
          for (const { value } of records) values.push(`${value}`);
        },
      });
    }
    await kafka.disconnect();
    return values;
  };

  it('lose nothing that was acknowledged', async () => {
    const kafka = open();
    const topics = await topicsOf(kafka);
    const producer = await kafka.producer();
    const ending = new AbortController();
    const breaking = breakThem(ending.signal);
    const acknowledged: string[] = [];
    const startedAt = performance.now();
    for (let call = 0; performance.now() - startedAt < breakingMs; call++) {
      const values = Array.from({ length: 1 + (call % 3) }, (_, index) => `${call}-${index}`);
      const records = topics.flatMap((topic) => values.map((value) => ({ topic, key: value, value: Buffer.from(`${topic} ${value}`) })));
      const fault = await producer.send(records).then(
        () => null,
        (error: unknown) => error,
      );
      if (fault !== null) expect(fault).toMatchObject({ kind: 'unavailable' });
      else acknowledged.push(...records.map(({ value }) => String(value)));
    }
    ending.abort();
    expect(await breaking).toBeGreaterThan(50);
    const found = new Set(await valuesIn(topics));
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(acknowledged.filter((value) => !found.has(value))).toEqual([]);
    await producer.disconnect();
    await kafka.disconnect();
  });

  it('put nothing twice into a transaction that is committed', async () => {
    const kafka = open();
    const topics = await topicsOf(kafka);
    const ending = new AbortController();
    const breaking = breakThem(ending.signal);
    const committed: string[] = [];
    const unknown = new Set<string>();
    const id = randomUUID();
    const startedAt = performance.now();
    let producer: TransactionalProducer | null = null;
    for (let call = 0; performance.now() - startedAt < breakingMs; call++) {
      const records = topics.flatMap((topic) =>
        Array.from({ length: 4 }, (_, index) => ({ topic, key: `${index}`, value: Buffer.from(`${topic} ${call}-${index}`) })),
      );
      const values = records.map(({ value }) => String(value));
      try {
        producer ??= await kafka.transactionalProducer(id);
        const transaction = await producer.begin();
        await transaction.send(records);
        for (const value of values) unknown.add(value);
        await transaction.commit();
        for (const value of values) unknown.delete(value);
        committed.push(...values);
      } catch (error) {
        expect(error).toBeInstanceOf(KafkaFault);
        await producer?.disconnect();
        producer = null;
      }
    }
    ending.abort();
    expect(await breaking).toBeGreaterThan(50);
    await producer?.disconnect();
    // Fences, and so settles what is still open.
    await (await kafka.transactionalProducer(id)).disconnect();
    const found = await valuesIn(topics);
    expect(committed.length).toBeGreaterThan(100);
    const twice = found.filter((value, index) => found.indexOf(value) !== index);
    expect(twice).toEqual([]);
    const known = new Set(found);
    expect(committed.filter((value) => !known.has(value))).toEqual([]);
    const allowed = new Set([...committed, ...unknown]);
    expect(found.filter((value) => !allowed.has(value))).toEqual([]);
    await kafka.disconnect();
  });
});

describe('a transactional producer', () => {
  it('asks who its coordinators are once, and not before every step', async () => {
    const asked: string[] = [];
    const kafka = createKafkaJsPort({
      connection: { brokers, clientId: 'hazards' },
      logger: silentLogger,
      sessionTimeoutMs,
      onRequest: ({ api }) => void asked.push(api),
    });
    const topic = `hazard-${randomUUID()}`;
    await kafka.admin.createTopics([{ topic, partitions: 1, replicationFactor: 1, config: {} }]);
    await kafka.admin.ensureStartOffsets(topic, [topic]);
    const producer = await kafka.transactionalProducer(topic);
    asked.length = 0;
    for (let offset = 1; offset <= 5; offset += 1) {
      const transaction = await producer.begin();
      await transaction.send([{ topic, key: 'k', value: Buffer.from(`${offset}`) }]);
      await transaction.sendOffset({ groupId: topic, topic, partition: 0, offset });
      await transaction.commit();
    }
    expect(asked.filter((api) => api === 'EndTxn')).toHaveLength(5);
    expect(asked.filter((api) => api === 'GroupCoordinator')).toHaveLength(1);
    // The commit is answered before its offset can be read.
    await expect.poll(() => kafka.admin.committedOffset(topic, { topic, partition: 0 }), { timeout: 10_000 }).toBe(5);
    await producer.disconnect();
    await kafka.disconnect();
  });
});

describe('a broker that is not there', () => {
  it('is an outage, said after a while, not a wait without end', async () => {
    const kafka = createKafkaJsPort({ connection: { brokers: ['127.0.0.1:1'], clientId: 'hazards' }, logger: silentLogger });
    const asked = [kafka.admin.listTopics(), kafka.producer()];
    await Promise.all(asked.map((answer) => expect(answer).rejects.toMatchObject({ kind: 'unavailable' })));
    await kafka.disconnect();
  });
});
