/** The exactly-once tasks over the Kafka double and a toy ledger: every record in has one record out, whatever dies. */
import { createExactlyOnceTasks } from '@lead-router/stream/exactly-once-task.ts';
import { KafkaFault } from '@lead-router/stream/kafka-port.ts';
import { createSeededFaultPlan } from '@lead-router/testkit/fault-plan.ts';
import { MemoryBroker } from '@lead-router/testkit/memory-broker.ts';
import { createMemoryKafka } from '@lead-router/testkit/memory-kafka.ts';
import { createRandom } from '@lead-router/testkit/random.ts';
import { Scheduler } from '@lead-router/testkit/scheduler.ts';
import { createVirtualClock } from '@lead-router/testkit/virtual-clock.ts';
import { Chaos, type Instance, type Running } from './chaos.ts';
import { createToyLedger, ToyDatabase, ToyStoreFault } from './toy-ledger.ts';

const INPUT = 'in';
const OUTPUT = 'out';
const GROUP = 'tasks';
const MAX_STEPS = 20_000;

export interface TaskRun {
  readonly seed: number;
  readonly steps: number;
  readonly traceHash: number;
  readonly violation: string | null;
  readonly faultCounts: ReadonlyMap<string, number>;
}

interface World {
  readonly scheduler: Scheduler;
  readonly broker: MemoryBroker;
  readonly database: ToyDatabase;
  readonly maxFetchRecords: number;
  readonly problems: string[];
}

export async function runTaskSimulation(seed: number, onStep?: (line: string) => void): Promise<TaskRun> {
  const scheduler = new Scheduler({ seed, startAt: 1_000_000, ...(onStep ? { onStep } : {}) });
  const shape = createRandom(seed ^ 0x5eed);
  const broker = new MemoryBroker({ scheduler });
  const partitions = 1 + shape.int(3);
  broker.createTopic(INPUT, partitions);
  broker.createTopic(OUTPUT, 2);
  for (let partition = 0; partition < partitions; partition++) broker.group(GROUP).commit({ topic: INPUT, partition }, 0);
  const world: World = {
    scheduler,
    broker,
    database: new ToyDatabase({ scheduler, outputTopic: OUTPUT }),
    maxFetchRecords: 1 + shape.int(6),
    problems: [],
  };
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
  produceInputs(world, shape.int(20) + 3);
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
  for (let i = 0; i < faultySteps && world.problems.length === 0; i++) {
    chaos.perhaps();
    await scheduler.step();
  }
  scheduler.plan = { chooseFault: () => null, delayMs: () => 0, stepMs: () => 1 };
  for (let i = 0; world.problems.length === 0 && !isAtRest(world); i++) {
    const result = await scheduler.step();
    if (i > MAX_STEPS || result === 'IDLE') world.problems.push(`does not come to rest: ${scheduler.describePending().join('; ')}`);
  }
  const violation = world.problems[0] ?? violationAtRest(world);
  return { seed, steps: scheduler.steps, traceHash: scheduler.traceHash >>> 0, violation, faultCounts: scheduler.faultCounts };
}

function startInstance(world: World, n: number): Running {
  const { scheduler, broker, database } = world;
  const process = scheduler.createProcess(`i${n}`);
  const kafka = createMemoryKafka({ broker, process, maxFetchRecords: world.maxFetchRecords });
  const tasks = createExactlyOnceTasks({
    kafka,
    ledger: createToyLedger(database, process),
    clock: createVirtualClock({ scheduler, process }),
    random: () => scheduler.random.next(),
    groupId: GROUP,
    topic: INPUT,
    transactionalIdPrefix: 'task',
    maxBatchRecords: 3,
    observer: {
      assigned: ({ reemitted }) => reemitted && scheduler.count('emitted again'),
      batchDone: () => undefined,
      reassigning: () => scheduler.count('assigned again'),
      pausedFor: () => scheduler.count('paused'),
      resumed: () => undefined,
      alarm: ({ reason }) => world.problems.push(`alarm: ${reason}`),
    },
    isTransient: (error) => error instanceof KafkaFault || error instanceof ToyStoreFault,
    onFault: (error) => world.problems.push(`fault: ${String(error)}`),
  });
  const consumer = kafka.consumer({
    groupId: GROUP,
    topics: [INPUT],
    onFault: (error) => world.problems.push(`consumer fault: ${String(error)}`),
    onSkipped: tasks.skipped,
    onAssigned: () => tasks.assigned(),
  });
  tasks.bind(consumer);
  const start = (): Promise<void> => consumer.start(tasks.handler).catch(() => start());
  void start();
  const stop = async (): Promise<void> => {
    await consumer.stop();
    await tasks.stop();
  };
  return { process, stop };
}

/** Some in transactions, so that control records take offsets. */
function produceInputs(world: World, count: number): void {
  const { scheduler, broker } = world;
  const identity = broker.transactions.initialise('upstream');
  for (let i = 0; i < count; i++) {
    const record = { topic: INPUT, key: `key-${i}`, value: Buffer.from(String(i)) };
    const isTransactional = scheduler.random.chance(0.3);
    const at = scheduler.now + scheduler.random.int(2_000);
    scheduler.later('upstream produces', {
      at: () => at,
      run: () => {
        if (!isTransactional || !identity || !broker.transactions.isFree('upstream')) return void broker.append([record], null);
        broker.transactions.send(identity, [record]);
        broker.transactions.end(identity, { commits: scheduler.random.chance(0.7) });
      },
    });
  }
}

function isAtRest(world: World): boolean {
  if (world.scheduler.hasWork() || world.broker.transactions.hasPending()) return false;
  return world.broker.logs(INPUT).every((log) => log.visible(world.broker.group(GROUP).committed(log.at) ?? 0, log.endOffset).length === 0);
}

function violationAtRest(world: World): string | null {
  const expected = world.broker
    .committed(INPUT)
    .map(({ partition, offset }) => `${partition}:${offset}`)
    .sort();
  const applied = [...world.database.applied].sort();
  const emitted = world.broker
    .committed(OUTPUT)
    .map(({ value }) => String(value))
    .sort();
  if (applied.join() !== expected.join()) return `applied ${applied.join()} instead of ${expected.join()}`;
  if (emitted.join() !== expected.join()) return `visible ${emitted.join()} instead of ${expected.join()}`;
  return null;
}
