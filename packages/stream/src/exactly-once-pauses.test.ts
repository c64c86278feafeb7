/** What a partition that waits or has stopped tells of itself, and that it is told no longer than it is so. */
import { createHealth } from '@lead-router/telemetry/health.ts';
import { createMetrics } from '@lead-router/telemetry/metrics.ts';
import { MemoryBroker } from '@lead-router/testkit/memory-broker.ts';
import { createMemoryKafka } from '@lead-router/testkit/memory-kafka.ts';
import { Scheduler } from '@lead-router/testkit/scheduler.ts';
import { createVirtualClock } from '@lead-router/testkit/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import { createToyLedger, ToyDatabase } from '../../../test/simulation/toy-ledger.ts';
import { type BatchLedger, createExactlyOnceTasks } from './exactly-once-task.ts';
import { KafkaFault, type KafkaPort } from './kafka-port.ts';
import { runExactlyOnce } from './run-exactly-once.ts';

const groupId = 'demo';
const topic = 'in';

const createWorld = () => {
  const scheduler = new Scheduler({ seed: 1, startAt: 1_000_000 });
  const broker = new MemoryBroker({ scheduler, manner: 'plain' });
  broker.createTopic(topic, 1);
  broker.createTopic('out', 1);
  const database = new ToyDatabase({ scheduler, outputTopic: 'out' });
  const until = async (what: string, condition: () => boolean): Promise<void> => {
    for (let step = 0; !condition(); step += 1) {
      const isIdle = (await scheduler.step()) === 'IDLE';
      if (step > 20_000 || (isIdle && !condition())) throw new Error(`waited in vain for ${what}`);
    }
  };
  const start = (name: string, parts: { wrap?: (kafka: KafkaPort) => KafkaPort; ledger?: (toy: BatchLedger) => BatchLedger } = {}) => {
    const process = scheduler.createProcess(name);
    const memory = createMemoryKafka({ broker, process });
    const kafka = parts.wrap?.(memory) ?? memory;
    const clock = createVirtualClock({ scheduler, process });
    const metrics = createMetrics('demo', { now: () => scheduler.now });
    const toy = createToyLedger(database, process);
    const told: string[] = [];
    const faults: unknown[] = [];
    const tasks = createExactlyOnceTasks({
      kafka,
      ledger: parts.ledger?.(toy) ?? toy,
      clock,
      random: () => 0,
      groupId,
      topic,
      transactionalIdPrefix: 'demo',
      maxBatchRecords: 10,
      observer: {
        assigned: () => undefined,
        batchDone: ({ partition, position, end, lastMs }) => metrics.lag.note({ topic, partition }, { position, end, oldestMs: lastMs }),
        reassigning: () => undefined,
        pausedFor: ({ partition, error, position, end, oldestMs }) => {
          told.push(`paused ${error instanceof KafkaFault ? error.kind : String(error)}`);
          metrics.lag.note({ topic, partition }, { position, end, oldestMs });
        },
        resumed: () => void told.push('resumed'),
        alarm: () => void told.push('alarm'),
      },
      isTransient: (error) => error instanceof KafkaFault,
      onFault: (error) => faults.push(error),
    });
    const runtime = { clock, health: createHealth(), kafka, metrics, onFault: (error: unknown) => void faults.push(error) };
    const running = runExactlyOnce({ runtime, tasks, groupId, topic, source: topic });
    return { told, faults, metrics, running };
  };
  const produce = (value: string): void => {
    broker.append([{ topic, partition: 0, key: value, value: Buffer.from(value), headers: {} }], null);
  };
  return { scheduler, broker, until, start, produce, out: () => broker.committed('out').length };
};

describe('outputs that Kafka refuses', () => {
  it('are said to be refused until somebody has mended it, and go out once then', async () => {
    const world = createWorld();
    let isRefusing = true;
    const refusing = (kafka: KafkaPort): KafkaPort => ({
      ...kafka,
      transactionalProducer: async (id) => {
        const producer = await kafka.transactionalProducer(id);
        return {
          ...producer,
          begin: async () => {
            const transaction = await producer.begin();
            const send: typeof transaction.send = async (records) => {
              if (isRefusing) throw new KafkaFault('refused', 'Kafka: MESSAGE_TOO_LARGE');
              return transaction.send(records);
            };
            return {
              send,
              sendOffset: (at) => transaction.sendOffset(at),
              commit: () => transaction.commit(),
              abort: () => transaction.abort(),
            };
          },
          disconnect: () => producer.disconnect(),
        };
      },
    });
    const { told, faults } = world.start('a', { wrap: refusing });
    world.produce('1');
    await world.until('three refusals', () => told.length >= 3);
    expect(told).toEqual(['paused refused', 'paused refused', 'paused refused']);
    expect(world.out()).toBe(0);
    isRefusing = false;
    await world.until('the output', () => world.out() === 1 && told.at(-1) === 'resumed');
    expect(told.filter((what) => what === 'resumed')).toHaveLength(1);
    expect(faults).toEqual([]);
  });
});

describe('a partition that waits', () => {
  it('grows older at every look, without anybody reporting', async () => {
    const world = createWorld();
    let isDown = true;
    const failing = (toy: BatchLedger): BatchLedger => ({
      ...toy,
      raiseEpoch: async (partition) => {
        if (isDown) throw new KafkaFault('unavailable', 'away');
        return toy.raiseEpoch(partition);
      },
    });
    const { told, metrics } = world.start('a', { ledger: failing });
    world.produce('1');
    world.produce('2');
    await world.until('a pause', () => told.length > 0);
    const age = async (): Promise<number> =>
      Number(/lag_age_seconds\{topic="in",partition="0",service="demo"\} (\S+)/.exec((await metrics.render()).body)?.[1]);
    const first = await age();
    world.scheduler.advanceTo(world.scheduler.now + 30_000);
    expect(await age()).toBeCloseTo(first + 30, 3);
    expect((await metrics.render()).body).toContain('lead_router_lag_records{topic="in",partition="0",service="demo"} 2');
    isDown = false;
    await world.until('both outputs', () => world.out() === 2);
    expect(await age()).toBe(0);
  });
});

describe('a partition that has stopped', () => {
  it('is looked at anew after a rebalance, by whoever holds it then, and is no longer told of by who lost it', async () => {
    const world = createWorld();
    let isBad = true;
    const stopping = (toy: BatchLedger): BatchLedger => ({
      ...toy,
      apply: async (request) => (isBad ? { kind: 'STOP', reason: 'a person has to look' } : toy.apply(request)),
    });
    const first = world.start('a', { ledger: stopping });
    world.produce('1');
    await world.until('the alarm', () => first.told.includes('alarm'));
    const second = world.start('b', { ledger: stopping });
    await world.until('the end of the pause', () => first.told.includes('resumed'));
    await world.until('the alarm again', () => [...first.told, ...second.told].filter((what) => what === 'alarm').length === 2);
    expect(world.out()).toBe(0);
    isBad = false;
    world.start('c', { ledger: stopping });
    await world.until('the output', () => world.out() === 1);
    const states = [first, second].map(({ told }) => told.at(-1) ?? 'resumed');
    expect(states).toEqual(['resumed', 'resumed']);
  });
});
