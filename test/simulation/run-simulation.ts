/** One seed: a world is built, faults happen for a while, then none do, everything comes to rest, and the guarantee is checked. */
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { ROUTER_GROUP } from '@lead-router/router/topology.ts';
import { calmPlan, createSeededFaultPlan } from '@lead-router/testkit/fault-plan.ts';
import { createRandom } from '@lead-router/testkit/random.ts';
import { Chaos, type Instance } from './chaos.ts';
import { watchCommits } from './commit-checks.ts';
import { startRouter, startWatchdog } from './instances.ts';
import { reactToOffers } from './offers.ts';
import { violationsAtRest } from './rest-checks.ts';
import { SIMULATION_HORIZON } from './simulation-rules.ts';
import { startUpstream } from './upstream.ts';
import { type Codecs, createWorld, type World } from './world.ts';

export interface SimulationRun {
  readonly seed: number;
  readonly steps: number;
  /** Equal hashes are equal runs. */
  readonly traceHash: number;
  /** null: the guarantee held. */
  readonly violation: string | null;
  /** How often each ingredient happened. */
  readonly counts: ReadonlyMap<string, number>;
}

const MAX_STEPS = 30_000;

export async function runSimulation(
  codecs: Codecs,
  options: { readonly seed: number; readonly onStep?: (line: string) => void },
): Promise<SimulationRun> {
  const world = createWorld(codecs, options);
  const { scheduler, problems } = world;
  watchCommits(world);
  reactToOffers(world);
  const upstream = startUpstream(world);
  await withFaults(world);
  scheduler.note('no more faults; everything runs to rest');
  scheduler.plan = calmPlan;
  await toRest(world);
  if (problems.length === 0) problems.push(...(await violationsAtRest(world, upstream)));
  if (scheduler.faultCounts.has('duplicate key')) problems.push('Postgres refused a duplicate key');
  return {
    seed: world.seed,
    steps: scheduler.steps,
    traceHash: scheduler.traceHash >>> 0,
    violation: problems[0] ?? null,
    counts: scheduler.faultCounts,
  };
}

async function withFaults(world: World): Promise<void> {
  const { scheduler, shape, problems } = world;
  const chaos = new Chaos({
    scheduler,
    broker: world.broker,
    groupId: ROUTER_GROUP,
    instances: instancesOf(world),
    budget: { kill: shape.int(5), stop: shape.int(3), freeze: shape.int(4), rebalance: shape.int(4) },
    rate: 0.005 + shape.next() * 0.03,
    maxFreezeMs: 30_000,
    maxDownMs: 15_000,
  });
  scheduler.plan = createSeededFaultPlan({
    random: createRandom(world.seed ^ 0xfa17),
    faultRate: shape.chance(0.15) ? 0 : shape.next() * 0.06,
    delayRate: shape.next() * 0.08,
    maxDelayMs: 20_000,
    leapRate: shape.chance(0.5) ? 0.01 : 0,
    maxLeapMs: 15_000,
    maxStepMs: shape.logUniform(1, 30),
  });
  chaos.startAll();
  for (let left = 150 + shape.int(600); left > 0 && problems.length === 0; left--) {
    chaos.perhaps();
    await scheduler.step();
  }
}

function instancesOf(world: World): readonly Instance[] {
  const routers = [1, 2].map((n) => ({ name: `router ${n}`, start: () => startRouter(world, `router ${n}`) }));
  const watchdogs = Array.from({ length: 1 + world.shape.int(2) }, (_, n) => ({
    name: `watchdog ${n + 1}`,
    start: () => startWatchdog(world, `watchdog ${n + 1}`),
  }));
  return [...routers, ...watchdogs];
}

async function toRest(world: World): Promise<void> {
  const { scheduler, problems } = world;
  for (let steps = 0; problems.length === 0 && !isAtRest(world); steps++) {
    const result = await scheduler.step();
    if (steps > MAX_STEPS || result === 'IDLE') problems.push(`does not come to rest: ${whatIsLeft(world)}`);
  }
}

/** Nothing is under way in the servers, every record is handled, and no clock will run out within the run. */
function isAtRest(world: World): boolean {
  const { scheduler, broker, database } = world;
  if (scheduler.hasWork() || broker.transactions.hasPending() || lagging(world).length > 0) return false;
  return ![...database.timers.values()].some(({ state, dueAt }) => state === 'PENDING' && dueAt < SIMULATION_HORIZON);
}

function lagging({ broker }: World): readonly string[] {
  return broker
    .logs(TOPICS.inbox.topic)
    .filter((log) => log.visible(broker.group(ROUTER_GROUP).committed(log.at) ?? 0, log.endOffset).length > 0)
    .map(({ at }) => `partition ${at.partition} lags`);
}

function whatIsLeft(world: World): string {
  const timers = [...world.database.timers.values()]
    .filter(({ state }) => state === 'PENDING')
    .map(({ kind, timerId }) => `${kind} of ${timerId} is pending`);
  return [...lagging(world), ...timers, ...world.scheduler.describePending()].join('; ');
}
