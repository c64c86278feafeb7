/**
 * The at-least-once runtime over the Kafka double: each record in has its output or its dead letter at least once, no
 * offset is committed before, and outputs of a key appear in order, whatever dies and however often a dependency is down.
 */
import { KafkaFault } from '@lead-router/stream/kafka-port.ts';
import { startPipeline } from '@lead-router/stream/pipeline.ts';
import { runTopology } from '@lead-router/stream/run-topology.ts';
import { deadLetter, drop, ok, retryLater } from '@lead-router/stream/step-result.ts';
import { defineTopology, type Topology } from '@lead-router/stream/topology.ts';
import { createHealth } from '@lead-router/telemetry/health.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { createMetrics } from '@lead-router/telemetry/metrics.ts';
import { createSeededFaultPlan } from '@lead-router/testkit/fault-plan.ts';
import { MemoryBroker } from '@lead-router/testkit/memory-broker.ts';
import { createMemoryKafka } from '@lead-router/testkit/memory-kafka.ts';
import { createRandom } from '@lead-router/testkit/random.ts';
import { Scheduler } from '@lead-router/testkit/scheduler.ts';
import { createVirtualClock } from '@lead-router/testkit/virtual-clock.ts';
import { Chaos, type Instance, type Running } from './chaos.ts';

const INPUT = 'in';
const OUTPUT = 'out';
const SERVICE = 'copier';
const GROUP = 'copiers';
const KEYS = 5;
const MAX_STEPS = 30_000;

export interface FlowRun {
  readonly seed: number;
  readonly violation: string | null;
  readonly counts: ReadonlyMap<string, number>;
}

interface World {
  readonly scheduler: Scheduler;
  readonly broker: MemoryBroker;
  readonly topology: Topology;
  readonly problems: string[];
  /** How likely a chunk finds the dependency down. */
  downRate: number;
}

export async function runFlowSimulation(seed: number): Promise<FlowRun> {
  const scheduler = new Scheduler({ seed, startAt: 1_000_000 });
  const shape = createRandom(seed ^ 0x5eed);
  const broker = new MemoryBroker({ scheduler });
  const partitions = 1 + shape.int(3);
  broker.createTopic(INPUT, partitions);
  broker.createTopic(OUTPUT, 2);
  broker.createTopic(`${SERVICE}.dead-letter.v1`, 1);
  const problems: string[] = [];
  const world: World = { scheduler, broker, problems, downRate: shape.next() * 0.3, topology: copier(scheduler, () => world.downRate) };
  const instances: Instance[] = [0, 1].map((n) => ({ name: `instance ${n}`, start: () => startInstance(world, n) }));
  const chaos = new Chaos({
    scheduler,
    broker,
    groupId: GROUP,
    instances,
    budget: { kill: shape.int(4), stop: shape.int(3), freeze: shape.int(3), rebalance: shape.int(4) },
    rate: 0.01 + shape.next() * 0.05,
    maxFreezeMs: 30_000,
    maxDownMs: 20_000,
  });
  produceInputs(world, shape.int(40) + 3);
  scheduler.plan = createSeededFaultPlan({
    random: createRandom(seed ^ 0xfa17),
    faultRate: shape.next() * 0.1,
    delayRate: 0.05,
    maxDelayMs: 20_000,
    leapRate: 0.01,
    maxLeapMs: 15_000,
  });
  chaos.startAll();
  const faultySteps = 100 + shape.int(400);
  for (let step = 0; step < faultySteps && problems.length === 0; step += 1) {
    chaos.perhaps();
    await scheduler.step();
    checkCommits(world);
  }
  scheduler.plan = { chooseFault: () => null, delayMs: () => 0, stepMs: () => 1 };
  world.downRate = 0;
  for (let step = 0; problems.length === 0 && !isAtRest(world); step += 1) {
    const result = await scheduler.step();
    if (step > MAX_STEPS || result === 'IDLE') problems.push(`does not come to rest: ${scheduler.describePending().join('; ')}`);
    checkCommits(world);
  }
  return { seed, violation: problems[0] ?? orderViolation(world), counts: scheduler.faultCounts };
}

/** Every seventh is a dead letter, every eleventh is dropped; the dependency of the batch step is down at times. */
const copier = (scheduler: Scheduler, downRate: () => number): Topology =>
  defineTopology({
    service: SERVICE,
    version: '1',
    purpose: 'copies',
    flows: [
      {
        source: { kind: 'topics', name: 'in', topics: [INPUT], groupId: GROUP, writers: 'internal' },
        pipeline: startPipeline()
          .batchStep({
            name: 'look-up',
            purpose: 'asks a dependency',
            runBatch: async (records) => {
              const downFrom = scheduler.random.chance(downRate()) ? scheduler.random.int(records.length) : records.length;
              if (downFrom < records.length) scheduler.count('dependency down');
              return records.map((record, index) => (index < downFrom ? ok(record) : retryLater('dependency', 'it is down')));
            },
          })
          .step({
            name: 'copy',
            purpose: 'hands on',
            sinks: ['out'],
            run: (record) => {
              const number = Number(record.value);
              if (number % 7 === 3) return deadLetter('LR_TEST_SEVENTH', 'a seventh');
              return number % 11 === 4 ? drop('eleventh') : ok([{ sink: 'out', key: record.key, value: record.value }]);
            },
          }),
      },
    ],
    sinks: { out: { topic: OUTPUT } },
  });

function startInstance(world: World, n: number): Running {
  const { scheduler, broker } = world;
  const process = scheduler.createProcess(`i${n}`);
  const running = runTopology(world.topology, {
    kafka: createMemoryKafka({ broker, process, maxFetchRecords: 6 }),
    clock: createVirtualClock({ scheduler, process }),
    random: () => scheduler.random.next(),
    metrics: createMetrics(SERVICE),
    health: createHealth(),
    logger: silentLogger,
    onFault: (error) => world.problems.push(`fault: ${String(error)}`),
    chunk: { maxRecords: 3, maxBytes: 1000 },
  }).catch((error: unknown) => {
    if (!(error instanceof KafkaFault)) world.problems.push(`start: ${String(error)}`);
    return null;
  });
  const stop = async (): Promise<void> => (await running)?.stop();
  return { process, stop };
}

function produceInputs(world: World, count: number): void {
  const { scheduler, broker } = world;
  const identity = broker.transactions.initialise('upstream');
  for (let number = 0; number < count; number += 1) {
    const record = { topic: INPUT, key: `key-${number % KEYS}`, value: Buffer.from(String(number)) };
    const isTransactional = scheduler.random.chance(0.3);
    scheduler.later('upstream produces', {
      at: () => 1_000_000 + number * 50,
      run: () => {
        if (!isTransactional || !identity || !broker.transactions.isFree('upstream')) return void broker.append([record], null);
        broker.transactions.send(identity, [record]);
        broker.transactions.end(identity, { commits: true });
      },
    });
  }
}

/** No offset is committed before everything below it has its outcome. */
function checkCommits(world: World): void {
  const done = outcomes(world);
  for (const log of world.broker.logs(INPUT)) {
    const committed = world.broker.group(GROUP).committed(log.at) ?? 0;
    for (const record of log.visible(0, committed)) {
      const number = Number(record.value);
      if (number % 7 !== 3 && number % 11 === 4) continue;
      if (!done.has(number)) world.problems.push(`${number} is below the committed offset ${committed}, but has no outcome`);
    }
  }
}

const outcomes = (world: World): ReadonlySet<number> =>
  new Set([OUTPUT, `${SERVICE}.dead-letter.v1`].flatMap((topic) => world.broker.committed(topic).map(({ value }) => Number(value))));

function isAtRest(world: World): boolean {
  if (world.scheduler.now < 1_000_000 + 40 * 50 || world.broker.transactions.hasPending()) return false;
  return world.broker.logs(INPUT).every((log) => log.visible(world.broker.group(GROUP).committed(log.at) ?? 0, log.endOffset).length === 0);
}

/** A later record of a key never appears for the first time before an earlier one. */
function orderViolation(world: World): string | null {
  const offsets = new Map(world.broker.committed(INPUT).map(({ value, offset }) => [Number(value), offset]));
  const last = new Map<string, number>();
  const seen = new Set<number>();
  for (const { key, value } of world.broker.committed(OUTPUT)) {
    const number = Number(value);
    if (seen.has(number)) continue;
    seen.add(number);
    const offset = offsets.get(number) ?? -1;
    const before = last.get(String(key)) ?? -1;
    if (offset < before) return `${number} of ${String(key)}, from ${offset}, appears after the one from ${before}`;
    last.set(String(key), offset);
  }
  return null;
}
