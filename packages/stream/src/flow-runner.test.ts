/** The runtime's promises one by one, over the Kafka double on a virtual clock. */
import { createHealth } from '@lead-router/telemetry/health.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { createMetrics } from '@lead-router/telemetry/metrics.ts';
import { MemoryBroker } from '@lead-router/testkit/memory-broker.ts';
import { createMemoryKafka } from '@lead-router/testkit/memory-kafka.ts';
import { Scheduler } from '@lead-router/testkit/scheduler.ts';
import { createVirtualClock } from '@lead-router/testkit/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import type { ConsumedRecord, KafkaPort, RecordHeaders, TopicPartition } from './kafka-port.ts';
import { type SinkRecord, type StepContext, startPipeline } from './pipeline.ts';
import { type RunningTopology, runTopology } from './run-topology.ts';
import type { RuntimeOptions } from './runtime-options.ts';
import { DependencyDown, deadLetter, drop, ok, redirect, retryLater, type StepResult } from './step-result.ts';
import { defineTopology, type TopicSource } from './topology.ts';

const deadLetters = 'demo.dead-letter.v1';
const groupId = 'demo';

interface WorldOptions {
  readonly run: (record: ConsumedRecord, context: StepContext) => StepResult<readonly SinkRecord[]>;
  readonly topics?: readonly string[];
  readonly partitions?: number;
  readonly writers?: TopicSource['writers'];
  readonly runtime?: Partial<RuntimeOptions>;
  /** Instead of the double itself. */
  readonly wrap?: (kafka: KafkaPort) => KafkaPort;
}

const createWorld = (options: WorldOptions) => {
  const scheduler = new Scheduler({ seed: 1, startAt: 1_000_000 });
  const broker = new MemoryBroker({ scheduler, manner: 'plain' });
  const { topics = ['in'], partitions = 1 } = options;
  for (const topic of topics) broker.createTopic(topic, partitions);
  broker.createTopic('out', 1);
  broker.createTopic(deadLetters, 1);
  const process = scheduler.createProcess('demo');
  const kafka = createMemoryKafka({ broker, process });
  const faults: unknown[] = [];
  const metrics = createMetrics('demo');
  const health = createHealth();
  health.started();
  const topology = defineTopology({
    service: 'demo',
    version: '1.2.3',
    purpose: 'shows',
    flows: [
      {
        source: { kind: 'topics', name: 'in', topics, groupId, writers: options.writers ?? 'internal' },
        pipeline: startPipeline().step({ name: 'work', purpose: 'works', sinks: ['out'], run: options.run }),
      },
    ],
    sinks: { out: { topic: 'out' } },
  });
  const running = runTopology(topology, {
    kafka: options.wrap?.(kafka) ?? kafka,
    clock: createVirtualClock({ scheduler, process }),
    random: () => 0,
    metrics,
    health,
    logger: silentLogger,
    onFault: (error) => faults.push(error),
    ...options.runtime,
  });
  const until = async (what: string, condition: () => boolean): Promise<void> => {
    for (let step = 0; !condition(); step += 1) {
      const isIdle = (await scheduler.step()) === 'IDLE';
      if (step > 20_000 || (isIdle && !condition())) throw new Error(`waited in vain for ${what}`);
    }
  };
  const stop = async (): Promise<void> => {
    let isStopped = false;
    const stopping = running
      .then((topologyRun: RunningTopology) => topologyRun.stop())
      .then(() => {
        isStopped = true;
      });
    await until('the stop', () => isStopped);
    await stopping;
  };
  return {
    broker,
    faults,
    health,
    metrics,
    scheduler,
    until,
    stop,
    produce: (values: readonly string[], at: Partial<TopicPartition> & { readonly headers?: RecordHeaders } = {}) => {
      const { topic = 'in', partition = 0, headers = {} } = at;
      broker.append(
        values.map((value) => ({ topic, partition, key: `key of ${value}`, value: Buffer.from(value), headers })),
        null,
      );
    },
    out: () => broker.committed('out').map(({ value }) => String(value)),
    dead: () => broker.committed(deadLetters),
    committed: (at: Partial<TopicPartition> = {}) => broker.group(groupId).committed({ topic: 'in', partition: 0, ...at }) ?? 0,
  };
};

const copy = (record: ConsumedRecord): StepResult<readonly SinkRecord[]> => ok([{ sink: 'out', key: record.key, value: record.value }]);

const textsOf = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => String(index));

describe('a record', () => {
  it('comes out, is dropped, redirected, or becomes a dead letter with its bytes, headers and reason', async () => {
    const world = createWorld({
      run: (record) => {
        const text = String(record.value);
        if (text === 'drop') return drop('unwanted');
        if (text === 'redirect') return redirect('out');
        return text === 'bad' ? deadLetter('LR_DEMO_BAD', 'cannot be read') : copy(record);
      },
    });
    world.produce(['a', 'drop', 'redirect', 'bad', 'b'], { headers: { traceparent: '00-1' } });
    await world.until('the commit', () => world.committed() === 5);
    expect(world.out()).toEqual(['a', 'redirect', 'b']);
    const [letter] = world.dead();
    expect(String(letter?.value)).toBe('bad');
    expect(String(letter?.key)).toBe('key of bad');
    expect(Object.fromEntries(Object.entries(letter?.headers ?? {}).map(([name, value]) => [name, String(value)]))).toEqual({
      traceparent: '00-1',
      'dlq.reason': 'demo-bad',
      'dlq.step': 'work',
      'dlq.error.code': 'LR_DEMO_BAD',
      'dlq.error.message': 'cannot be read',
      'dlq.source.topic': 'in',
      'dlq.source.partition': '0',
      'dlq.source.offset': '3',
      'dlq.source.timestamp': '1000000',
      'dlq.attempts': '1',
      'dlq.service.version': '1.2.3',
    });
    await world.stop();
  });

  it('whose output is too large for the broker is a dead letter, and the others go out', async () => {
    const world = createWorld({ run: copy, runtime: { maxRecordBytes: 200 } });
    world.produce(['small', 'x'.repeat(500), 'also small']);
    await world.until('the commit', () => world.committed() === 3);
    expect(world.out()).toEqual(['small', 'also small']);
    expect(String(world.dead()[0]?.headers['dlq.error.code'])).toBe('LR_STREAM_RECORD_TOO_LARGE');
    await world.stop();
  });
});

describe('a dependency that is down', () => {
  it('makes the partition wait in order, says so, and is no dead letter', async () => {
    let isDown = true;
    const world = createWorld({
      run: (record) => (isDown && String(record.value) === '2' ? retryLater('postgres', 'no answer') : copy(record)),
    });
    world.produce(textsOf(5));
    await world.until('the pause', () => Object.keys(world.health.report().pauses).length > 0);
    expect(world.out()).toEqual(['0', '1']);
    expect(world.health.report()).toMatchObject({ ready: false, live: true, pauses: { 'in/0': 'waits for postgres: no answer' } });
    const pausedAt = world.scheduler.now;
    await world.until('several attempts', () => world.scheduler.now > pausedAt + 5_000);
    expect(await world.metrics.retries.get()).toMatchObject({ values: [{ labels: { cause: 'postgres' } }] });
    isDown = false;
    await world.until('the rest', () => world.committed() === 5);
    expect(world.out()).toEqual(textsOf(5));
    expect(world.dead()).toEqual([]);
    expect(world.health.report()).toMatchObject({ ready: true, pauses: {} });
    await world.stop();
  });

  it('may be thrown out of a step as well', async () => {
    let isDown = true;
    const world = createWorld({
      run: (record) => {
        if (isDown) throw new DependencyDown('registry', 'no answer');
        return copy(record);
      },
    });
    world.produce(['a']);
    await world.until('the pause', () => Object.keys(world.health.report().pauses).length > 0);
    isDown = false;
    await world.until('the output', () => world.out().length === 1);
    await world.stop();
  });

  it('holds up its partition only', async () => {
    const world = createWorld({
      partitions: 2,
      run: (record, context) => (context.partition === 0 ? retryLater('postgres', 'no answer') : copy(record)),
    });
    world.produce(['waits'], { partition: 0 });
    world.produce(['goes'], { partition: 1 });
    await world.until('the other partition', () => world.committed({ partition: 1 }) === 1);
    expect(world.committed({ partition: 0 })).toBe(0);
    await world.stop();
  });
});

describe('the dead-letter breaker', () => {
  it('stops a partition of an internal topic at fifty in a row, with everything before it committed', async () => {
    const opened: unknown[] = [];
    const world = createWorld({
      run: (record) => (String(record.value) === 'good' ? copy(record) : deadLetter('LR_DEMO_BAD', 'bad')),
      runtime: { onBreakerOpen: (event) => opened.push(event) },
    });
    world.produce(['good', ...textsOf(80)]);
    await world.until('the alarm', () => opened.length > 0);
    await world.until('the commit', () => world.committed() === 50);
    expect(world.dead()).toHaveLength(49);
    expect(world.health.report().pauses).toEqual({ 'in/0': 'too many dead letters' });
    expect(opened).toEqual([{ source: 'in', topic: 'in', partition: 0 }]);
    await world.stop();
  });

  it('quarantines one vendor on intake topics, and nobody else', async () => {
    const topics = ['lead.intake.good.v1', 'lead.intake.bad.v1'];
    const world = createWorld({
      topics,
      partitions: 2,
      writers: 'intake',
      run: (record, context) => (context.topic === topics[1] ? deadLetter('LR_DEMO_BAD', 'bad') : copy(record)),
    });
    world.produce(textsOf(60), { topic: 'lead.intake.bad.v1' });
    await world.until('the quarantine', () => Object.keys(world.health.report().pauses).length === 2);
    expect(Object.keys(world.health.report().pauses)).toEqual(['lead.intake.bad.v1/0', 'lead.intake.bad.v1/1']);
    world.produce(['fine'], { topic: 'lead.intake.good.v1' });
    await world.until('the other vendor', () => world.out().length === 1);
    await world.stop();
  });
});

describe('a fault', () => {
  it('is a step that throws: nothing of its chunk goes out, nothing is committed', async () => {
    const world = createWorld({
      run: (record) => {
        if (String(record.value) === '3') throw new TypeError('a bug');
        return copy(record);
      },
      runtime: { chunk: { maxRecords: 2, maxBytes: 1000 } },
    });
    world.produce(textsOf(6));
    await world.until('the fault', () => world.faults.length > 0);
    expect(world.faults).toEqual([new TypeError('a bug')]);
    expect(world.out()).toEqual(['0', '1']);
    await world.stop();
    expect(world.committed()).toBe(2);
  });

  it('is lag without progress for a minute', async () => {
    const world = createWorld({
      run: copy,
      wrap: (kafka) => ({
        ...kafka,
        consumer: (options) => ({
          ...kafka.consumer(options),
          start: async () => options.onAssigned?.({ generation: 1, partitions: [{ topic: 'in', partition: 0 }] }),
        }),
      }),
    });
    world.produce(['stuck']);
    const startedAt = world.scheduler.now;
    await world.until('the watchdog', () => world.faults.length > 0);
    expect(String(world.faults[0])).toContain('in/0 makes no progress at 0, 1 records behind');
    expect(world.scheduler.now - startedAt).toBeGreaterThanOrEqual(60_000);
    expect(world.scheduler.now - startedAt).toBeLessThan(90_000);
  });

  it('is not a partition that waits for a dependency, however long', async () => {
    const world = createWorld({ run: () => retryLater('postgres', 'no answer') });
    world.produce(['waits']);
    const startedAt = world.scheduler.now;
    await world.until('ten minutes', () => world.scheduler.now > startedAt + 600_000);
    expect(world.faults).toEqual([]);
    await world.stop();
  });
});

describe('stopping', () => {
  it('commits what is done and leaves the group', async () => {
    const world = createWorld({ run: copy, runtime: { commitIntervalMs: 60_000 } });
    world.produce(textsOf(4));
    await world.until('the outputs', () => world.out().length === 4);
    expect(world.committed()).toBe(0);
    await world.stop();
    expect(world.committed()).toBe(4);
    expect(world.broker.group(groupId).memberCount).toBe(0);
  });
});
