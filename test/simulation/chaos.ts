/** Kills, stops, freezes and rebalances at moments that the seed picks, until its budget is spent; whoever ended is started again. */
import type { MemoryBroker } from '@lead-router/testkit/memory-broker.ts';
import type { Scheduler } from '@lead-router/testkit/scheduler.ts';
import type { SimProcess } from '@lead-router/testkit/sim-process.ts';

/** A place in the world that always has a living process, sooner or later. */
export interface Instance {
  readonly name: string;
  /** Starts a new process in this place. */
  start(): Running;
}

export interface Running {
  readonly process: SimProcess;
  /** What SIGTERM does: ends when everything is put away. */
  stop(): Promise<void>;
}

export interface ChaosOptions {
  readonly scheduler: Scheduler;
  readonly broker: MemoryBroker;
  readonly groupId: string;
  readonly instances: readonly Instance[];
  /** Most events of each kind. */
  readonly budget: Readonly<Record<ChaosEvent, number>>;
  /** Probability of an event at each step. */
  readonly rate: number;
  readonly maxFreezeMs: number;
  readonly maxDownMs: number;
}

type ChaosEvent = 'kill' | 'stop' | 'freeze' | 'rebalance';

const EVENTS: readonly ChaosEvent[] = ['kill', 'stop', 'freeze', 'rebalance'];

export class Chaos {
  readonly #options: ChaosOptions;
  readonly #living = new Map<Instance, Running>();
  readonly #left: Record<ChaosEvent, number>;

  constructor(options: ChaosOptions) {
    this.#options = options;
    this.#left = { ...options.budget };
  }

  startAll(): void {
    for (const instance of this.#options.instances) this.#living.set(instance, instance.start());
  }

  /** Perhaps one event; to be called between steps. */
  perhaps(): void {
    const { scheduler, rate } = this.#options;
    if (!scheduler.random.chance(rate)) return;
    const possible = EVENTS.filter((event) => this.#left[event] > 0);
    if (possible.length === 0) return;
    const event = scheduler.random.pick(possible);
    if (this.#happen(event)) this.#left[event] -= 1;
  }

  #happen(event: ChaosEvent): boolean {
    const { scheduler, broker } = this.#options;
    if (event === 'rebalance') {
      const group = broker.group(this.#options.groupId);
      if (group.memberCount === 0) return false;
      scheduler.note('the group rebalances');
      group.rebalance();
      return true;
    }
    const running = [...this.#living].filter(([, { process }]) => process.state === 'RUNNING');
    if (running.length === 0) return false;
    const [instance, one] = scheduler.random.pick(running);
    scheduler.count(event);
    if (event === 'freeze') {
      scheduler.freeze(one.process, scheduler.now + scheduler.random.logUniform(5, this.#options.maxFreezeMs));
      return true;
    }
    this.#living.delete(instance);
    const end = () => {
      scheduler.kill(one.process);
      this.#startAgain(instance);
    };
    if (event === 'kill') end();
    else void one.stop().then(end);
    return true;
  }

  #startAgain(instance: Instance): void {
    const { scheduler } = this.#options;
    const restartAt = scheduler.now + scheduler.random.logUniform(1, this.#options.maxDownMs);
    scheduler.later(`${instance.name} starts again`, {
      at: () => restartAt,
      run: () => void this.#living.set(instance, instance.start()),
    });
  }
}
