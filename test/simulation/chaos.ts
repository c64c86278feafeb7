/** Kills, freezes and rebalances at moments that the seed picks, until its budget is spent; whoever died is started again. */
import type { MemoryBroker } from '@lead-router/testkit/memory-broker.ts';
import type { Scheduler } from '@lead-router/testkit/scheduler.ts';
import type { SimProcess } from '@lead-router/testkit/sim-process.ts';

/** A place in the world that always has a living process, sooner or later. */
export interface Instance {
  readonly name: string;
  /** Starts a new process in this place. */
  start(): SimProcess;
}

export interface ChaosOptions {
  readonly scheduler: Scheduler;
  readonly broker: MemoryBroker;
  readonly groupId: string;
  readonly instances: readonly Instance[];
  /** Most events of each kind. */
  readonly budget: { readonly kills: number; readonly freezes: number; readonly rebalances: number };
  /** Probability of an event at each step. */
  readonly rate: number;
  readonly maxFreezeMs: number;
  readonly maxDownMs: number;
}

type ChaosEvent = 'kill' | 'freeze' | 'rebalance';

export class Chaos {
  readonly #options: ChaosOptions;
  readonly #living = new Map<Instance, SimProcess>();
  readonly #left: Map<ChaosEvent, number>;

  constructor(options: ChaosOptions) {
    this.#options = options;
    const { kills, freezes, rebalances } = options.budget;
    this.#left = new Map([
      ['kill', kills],
      ['freeze', freezes],
      ['rebalance', rebalances],
    ]);
  }

  startAll(): void {
    for (const instance of this.#options.instances) this.#living.set(instance, instance.start());
  }

  /** Perhaps one event; to be called between steps. */
  perhaps(): void {
    const { scheduler, rate } = this.#options;
    if (!scheduler.random.chance(rate)) return;
    const possible = [...this.#left].filter(([, left]) => left > 0).map(([event]) => event);
    if (possible.length === 0) return;
    const event = scheduler.random.pick(possible);
    if (this.#happen(event)) this.#left.set(event, (this.#left.get(event) ?? 0) - 1);
  }

  get processes(): readonly SimProcess[] {
    return [...this.#living.values()];
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
    const running = [...this.#living].filter(([, process]) => process.state === 'RUNNING');
    if (running.length === 0) return false;
    const [instance, process] = scheduler.random.pick(running);
    scheduler.count(event);
    if (event === 'freeze') {
      scheduler.freeze(process, scheduler.now + scheduler.random.logUniform(5, this.#options.maxFreezeMs));
      return true;
    }
    this.#living.delete(instance);
    scheduler.kill(process);
    const restartAt = scheduler.now + scheduler.random.logUniform(1, this.#options.maxDownMs);
    scheduler.later(`${instance.name} starts again`, { at: () => restartAt, run: () => void this.#living.set(instance, instance.start()) });
    return true;
  }
}
