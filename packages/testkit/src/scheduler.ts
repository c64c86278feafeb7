/**
 * Deterministic, cooperative scheduling of everything asynchronous that the doubles do. Each fetch, send, SQL statement,
 * commit and sleep suspends here; between two of them the program runs until nothing more happens by itself, then the seed
 * decides which operation comes next, and how it ends. The same seed is the same run, step for step.
 */
import { calmPlan, type FaultPlan } from './fault-plan.ts';
import { createRandom, type Random } from './random.ts';
import { type ControlledProcess, createSimProcess, type SimProcess } from './sim-process.ts';

/** Another way for an operation to end: it may have its effect or not, and returns or throws what the caller is told. */
export interface Fault<T> {
  readonly name: string;
  readonly run: () => T;
}

export interface Operation<T> {
  readonly process: SimProcess;
  readonly label: string;
  /** What happens, in one indivisible step. What it throws is what the caller gets. */
  readonly effect: () => T;
  readonly faults?: readonly Fault<T>[];
  /** Whether it can happen now (a lock is free, a record is there); asked before every step. */
  readonly isReady?: () => boolean;
  /** Virtual time at which `isReady` may change by itself. */
  readonly wakeAt?: () => number | null;
  /** It only waits (a sleep, an empty fetch): no work is left undone when nothing but such operations are pending. */
  readonly isIdle?: boolean;
  /** Happens inside the process (a sleep): a dead or frozen process cannot have sent it off already. */
  readonly isLocal?: boolean;
}

export interface OperationHandle<T> {
  readonly promise: Promise<T>;
  /** Takes it back; its promise never settles. */
  cancel(): void;
  /** Ends it early with this value. */
  finish(value: T): void;
}

export type StepResult =
  /** An operation happened. */
  | 'STEPPED'
  /** Nothing could happen, so the clock went on to where something can. */
  | 'JUMPED'
  /** Nothing can happen, ever. */
  | 'IDLE';

export interface SchedulerOptions {
  readonly seed: number;
  /** Virtual time at the start, milliseconds since the epoch. */
  readonly startAt: number;
  /** Told of every step; for traces. */
  readonly onStep?: (line: string) => void;
}

interface Pending {
  readonly operation: Operation<unknown>;
  readonly notBefore: number;
  /** Set when the effect is done and only the answer is still to be delivered (its process is frozen). */
  outcome: (() => void) | null;
  /** Carries out the effect and returns what delivers its answer. */
  perform(fault: Fault<unknown> | null): () => void;
}

export class Scheduler {
  readonly random: Random;
  /** Carries out what the servers do by themselves. */
  readonly server: SimProcess = createSimProcess('server');
  /** How often each fault happened, by name. */
  readonly faultCounts = new Map<string, number>();
  steps = 0;
  /** FNV-1a over every step: equal hashes are equal runs. */
  traceHash = 0x811c9dc5;
  plan: FaultPlan = calmPlan;
  /** Called whenever something is newly pending; for a driver that sleeps in between. */
  onPending: (() => void) | null = null;
  readonly #pending: Pending[] = [];
  readonly #onStep: ((line: string) => void) | null;
  #now: number;

  constructor(options: SchedulerOptions) {
    this.random = createRandom(options.seed);
    this.#now = options.startAt;
    this.#onStep = options.onStep ?? null;
  }

  get now(): number {
    return this.#now;
  }

  /** Never backwards. */
  advanceTo(time: number): void {
    if (time > this.#now) this.#now = time;
  }

  createProcess(name: string): SimProcess {
    return createSimProcess(name);
  }

  /** Suspends the caller until the operation's turn. Never settles if its process dies before. */
  operate<T>(operation: Operation<T>): Promise<T> {
    return this.start(operation).promise;
  }

  start<T>(operation: Operation<T>): OperationHandle<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (operation.process.state === 'DEAD') return { promise, cancel: () => undefined, finish: () => undefined };
    const delayMs = operation.isIdle ? 0 : this.plan.delayMs();
    if (delayMs > 0) this.count('delay');
    const pending: Pending = {
      operation,
      notBefore: this.#now + delayMs,
      outcome: null,
      perform: (fault) => {
        try {
          const chosen = fault === null ? undefined : operation.faults?.find(({ name }) => name === fault.name);
          const value = chosen ? chosen.run() : operation.effect();
          return () => resolve(value);
        } catch (error) {
          return () => reject(error);
        }
      },
    };
    this.#pending.push(pending);
    this.onPending?.();
    return {
      promise,
      cancel: () => this.#remove(pending),
      finish: (value) => {
        if (this.#remove(pending)) resolve(value);
      },
    };
  }

  /** Something a server does by itself, at or after `at`. Returns what takes it back. */
  later(label: string, options: { at?: () => number; isIdle?: boolean; run: () => void }): () => void {
    const { at } = options;
    const handle = this.start({
      process: this.server,
      label,
      effect: options.run,
      ...(at ? { isReady: () => this.#now >= at(), wakeAt: at } : {}),
      isIdle: options.isIdle ?? false,
    });
    return handle.cancel;
  }

  /** Work that is neither done nor merely waiting for a time or an event. */
  hasWork(): boolean {
    return this.#pending.some(({ operation }) => !operation.isIdle);
  }

  /** Labels of all that is pending, for messages. */
  describePending(): readonly string[] {
    return this.#pending.map(({ operation }) => `${operation.process.name}: ${operation.label}`);
  }

  /** Lets the program run until it waits, then makes one thing happen; if nothing can, the clock goes on unless `isTimed`. */
  async step(options: { readonly isTimed?: boolean } = {}): Promise<StepResult> {
    await quiescence();
    this.#thaw();
    const ready = this.#pending.filter((pending) => this.#isReady(pending));
    if (ready.length === 0) return options.isTimed ? 'IDLE' : this.#jump();
    const pending = ready.length === 1 ? ready[0] : this.random.pick(ready);
    if (!pending) return 'IDLE';
    this.#remove(pending);
    const fault = this.#faultFor(pending);
    this.note(`${pending.operation.process.name}: ${pending.operation.label}${fault ? ` [${fault.name}]` : ''}`);
    this.#now += this.plan.stepMs();
    const deliver = pending.outcome ?? pending.perform(fault);
    deliver();
    return 'STEPPED';
  }

  /** kill -9: what it had sent off may still arrive, its answers never do, and its connections close. */
  kill(process: SimProcess): void {
    if (process.state === 'DEAD') return;
    this.note(`kill ${process.name}`);
    controlled(process).state = 'DEAD';
    for (const pending of this.#of(process)) {
      this.#remove(pending);
      if (!this.#mayHaveLeft(pending)) continue;
      this.note(`  its request still arrives: ${pending.operation.label}`);
      pending.perform(null);
    }
    for (const listener of controlled(process).deathListeners) listener();
  }

  /** SIGSTOP until then: what it had sent off may be carried out, it learns of nothing before it thaws. */
  freeze(process: SimProcess, thawAt: number): void {
    if (process.state !== 'RUNNING') return;
    this.note(`freeze ${process.name} until ${thawAt}`);
    controlled(process).state = 'FROZEN';
    controlled(process).thawAt = thawAt;
    for (const pending of this.#of(process)) {
      if (!this.#mayHaveLeft(pending)) continue;
      this.note(`  its request still arrives: ${pending.operation.label}`);
      pending.outcome = pending.perform(null);
    }
  }

  count(name: string): void {
    this.faultCounts.set(name, (this.faultCounts.get(name) ?? 0) + 1);
  }

  note(line: string): void {
    this.steps += 1;
    for (let i = 0; i < line.length; i++) this.traceHash = Math.imul(this.traceHash ^ line.charCodeAt(i), 0x01000193);
    this.#onStep?.(`${String(this.#now).padStart(6)} ${line}`);
  }

  #thaw(): void {
    for (const { operation } of this.#pending) {
      const process = operation.process;
      if (process.state !== 'FROZEN' || (process.thawAt ?? 0) > this.#now) continue;
      controlled(process).state = 'RUNNING';
      controlled(process).thawAt = null;
      this.note(`thaw ${process.name}`);
    }
  }

  #isReady(pending: Pending): boolean {
    const { operation } = pending;
    if (operation.process.state !== 'RUNNING') return false;
    if (pending.outcome) return true;
    return pending.notBefore <= this.#now && (operation.isReady?.() ?? true);
  }

  #jump(): StepResult {
    let next = Number.POSITIVE_INFINITY;
    for (const { operation, notBefore } of this.#pending) {
      const times = [operation.process.thawAt ?? 0, notBefore, operation.wakeAt?.() ?? 0].filter((time) => time > this.#now);
      next = Math.min(next, ...times);
    }
    if (next === Number.POSITIVE_INFINITY) return 'IDLE';
    this.#now = next;
    return 'JUMPED';
  }

  #faultFor(pending: Pending): Fault<unknown> | null {
    const faults = pending.outcome ? [] : (pending.operation.faults ?? []);
    const name = this.plan.chooseFault(faults.map((fault) => fault.name));
    if (name === null) return null;
    this.count(name);
    return faults.find((fault) => fault.name === name) ?? null;
  }

  #mayHaveLeft(pending: Pending): boolean {
    const { operation } = pending;
    if (operation.isLocal || pending.outcome || !(operation.isReady?.() ?? true)) return false;
    return this.random.chance(0.5);
  }

  #of(process: SimProcess): Pending[] {
    return this.#pending.filter(({ operation }) => operation.process === process);
  }

  #remove(pending: Pending): boolean {
    const index = this.#pending.indexOf(pending);
    if (index < 0) return false;
    this.#pending.splice(index, 1);
    return true;
  }
}

/** Every promise reaction runs before the next turn of the event loop. */
function quiescence(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** All processes are made as controlled ones; the narrower type keeps others from acting on them. */
function controlled(process: SimProcess): ControlledProcess {
  if (!isControlled(process)) throw new TypeError(`${process.name} was not made by createSimProcess`);
  return process;
}

function isControlled(process: SimProcess): process is ControlledProcess {
  return 'deathListeners' in process;
}
