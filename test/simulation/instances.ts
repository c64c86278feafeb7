/** The processes of the simulated world, composed of the real parts as the services' `main.ts` compose them. */

import { TOPICS } from '@lead-router/contracts/topics.ts';
import { createRouterLedger } from '@lead-router/router/router-ledger.ts';
import { ROUTER_GROUP, TRANSACTIONAL_ID_PREFIX } from '@lead-router/router/topology.ts';
import { createCompiledRuleSets } from '@lead-router/store/compiled-rule-sets.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import { defaultBreaker } from '@lead-router/stream/dead-letter-breaker.ts';
import { createExactlyOnceTasks } from '@lead-router/stream/exactly-once-task.ts';
import { KafkaFault } from '@lead-router/stream/kafka-port.ts';
import { createMemoryKafka } from '@lead-router/testkit/memory-kafka.ts';
import { createMemoryRouterStore } from '@lead-router/testkit/memory-router-store.ts';
import { runStatement } from '@lead-router/testkit/memory-statement.ts';
import { createMemoryTimerStore } from '@lead-router/testkit/memory-timer-store.ts';
import { createVirtualClock } from '@lead-router/testkit/virtual-clock.ts';
import { runWatchdogLoop } from '@lead-router/watchdog/fire-due-timers.ts';
import { timerFired } from '@lead-router/watchdog/timer-fired.ts';
import type { Running } from './chaos.ts';
import { simulationRuleSet } from './simulation-rules.ts';
import type { World } from './world.ts';

const MAX_FETCH_RECORDS = 8;
const MAX_BATCH_RECORDS = 6;
const WAKEUPS_PER_POOL = 3;
const RULES_POLL_MS = 5_000;
const WATCHDOG_POLL_MS = 500;
const LEASE_MS = 3_000;
const MAX_SKEW_MS = 150;
const RETRY_MS = 200;

export function startRouter(world: World, name: string): Running {
  const { scheduler, broker, database, codecs } = world;
  const process = scheduler.createProcess(name);
  const clock = createVirtualClock({ scheduler, process, skewMs: skew(world) });
  const kafka = createMemoryKafka({ broker, process, maxFetchRecords: MAX_FETCH_RECORDS });
  const ruleSets = createCompiledRuleSets({
    reader: {
      activeVersion: () => runStatement({ database, process }, { label: 'read active version', effect: () => database.activeRuleVersion }),
      newestVersion: () => runStatement({ database, process }, { label: 'read newest version', effect: () => database.activeRuleVersion }),
      load: async (version) => ({ version, source: '', tables: new Map() }),
      reportCompiled: async () => undefined,
    },
    compile: ({ version }) => simulationRuleSet(version),
  });
  const random = () => scheduler.random.next();
  const ledger = createRouterLedger({
    store: createMemoryRouterStore({ database, process }),
    wire: codecs.wire,
    ruleSets,
    hashIdentity: (normalised) => normalised,
    clock,
    random,
    observer: {
      committed: ({ wakeUps, repeats, deadLetters, ignored, together }) => {
        if (together > 1) scheduler.count('batch in company');
        if (wakeUps > 0) scheduler.count('wake-up');
        if (repeats > 0) scheduler.count('repeat ignored');
        if (deadLetters > 0) scheduler.count('dead letter');
        for (const { reason } of ignored) scheduler.count(`ignored ${reason}`);
      },
      retrying: ({ reason }) => scheduler.count(`retried ${reason}`),
    },
    wakeupsPerPool: WAKEUPS_PER_POOL,
    breaker: defaultBreaker,
    // With one, batches meet most often.
    lanes: 1,
  });
  const onFault = (error: unknown) => void world.problems.push(`${name} ended with a fault: ${describe(error)}`);
  const tasks = createExactlyOnceTasks({
    kafka,
    ledger,
    clock,
    random,
    groupId: ROUTER_GROUP,
    topic: TOPICS.inbox.topic,
    transactionalIdPrefix: TRANSACTIONAL_ID_PREFIX,
    maxBatchRecords: 1 + scheduler.random.int(MAX_BATCH_RECORDS),
    observer: {
      assigned: ({ reemitted }) => reemitted && scheduler.count('emitted again'),
      batchDone: () => scheduler.count('batch'),
      reassigning: () => scheduler.count('assigned again'),
      pausedFor: () => scheduler.count('paused'),
      resumed: () => undefined,
      alarm: ({ partition, reason }) => void world.problems.push(`alarm: partition ${partition} is stopped: ${reason}`),
    },
    isTransient: (error) => error instanceof KafkaFault || error instanceof StoreFault,
    onFault,
  });
  const consumer = kafka.consumer({
    groupId: ROUTER_GROUP,
    topics: [TOPICS.inbox.topic],
    onFault,
    onSkipped: tasks.skipped,
    onAssigned: () => tasks.assigned(),
  });
  tasks.bind(consumer);
  const start = async (): Promise<void> => {
    await untilDone(clock, () => ruleSets.start());
    await untilDone(clock, () => consumer.start(tasks.handler));
    for (;;) {
      await clock.sleep(RULES_POLL_MS);
      await ruleSets.refresh().catch(() => undefined);
    }
  };
  start().catch(onFault);
  const stop = async (): Promise<void> => {
    await consumer.stop();
    await tasks.stop();
  };
  return { process, stop };
}

export function startWatchdog(world: World, name: string): Running {
  const { scheduler, broker, database, codecs } = world;
  const process = scheduler.createProcess(name);
  const clock = createVirtualClock({ scheduler, process, skewMs: skew(world) });
  const stopping = new AbortController();
  const run = async (): Promise<void> =>
    runWatchdogLoop({
      timers: createMemoryTimerStore({ database, process }),
      producer: await createMemoryKafka({ broker, process }).producer(),
      clock,
      timerFired: timerFired(codecs.inbox),
      limit: 3,
      leaseMs: LEASE_MS,
      pollIntervalMs: WATCHDOG_POLL_MS,
      signal: stopping.signal,
      onRound: (fired) => fired.length > 0 && scheduler.count('timers fired'),
      onFailure: () => scheduler.count('watchdog round failed'),
    });
  const running = run().catch((error: unknown) => void world.problems.push(`${name} ended with a fault: ${describe(error)}`));
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running;
  };
  return { process, stop };
}

/** Clocks of two machines differ. */
function skew(world: World): number {
  return world.scheduler.random.int(2 * MAX_SKEW_MS) - MAX_SKEW_MS;
}

async function untilDone(clock: Clock, action: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof KafkaFault || error instanceof StoreFault)) throw error;
      await clock.sleep(RETRY_MS);
    }
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
