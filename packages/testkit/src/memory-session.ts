/**
 * One session's transaction on the in-memory database, seen from both ends of a connection that may break: statements wait
 * for locks in order, an error releases everything, an idle one is ended by the server, a commit may be in flight for long.
 */
import { StoreFault } from '@lead-router/store/router-store.ts';
import type { LockMode, LockOwner, LockTicket } from './lock-table.ts';
import type { MemoryDatabase } from './memory-database.ts';
import type { Fault, Scheduler } from './scheduler.ts';
import type { SimProcess } from './sim-process.ts';

export interface LockRequest {
  readonly key: string;
  readonly mode: LockMode;
}

export interface Statement<T> {
  readonly label: string;
  /** Asked for one by one, in this order; computed when the statement begins. */
  readonly locks?: () => readonly LockRequest[];
  /** After the last lock. Throws StoreFault for what the server refuses. */
  readonly effect: () => T;
  /** It is a transaction of its own, over in the step in which it happens. */
  readonly isAlone?: boolean;
}

export class MemorySession implements LockOwner {
  readonly name: string;
  readonly #database: MemoryDatabase;
  readonly #scheduler: Scheduler;
  readonly #process: SimProcess;
  #state: 'OPEN' | 'FAILED' | 'IN_FLIGHT' | 'OVER' = 'OPEN';
  #fault: StoreFault | null = null;
  /** The client has been told of it. */
  #isFaultKnown = false;
  #isWaiting = false;
  #lastActive: number;
  #cancelIdleEnd: () => void = () => undefined;
  /** Statements run in the order in which they were called. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(options: { database: MemoryDatabase; process: SimProcess; name: string }) {
    this.#database = options.database;
    this.#scheduler = options.database.scheduler;
    this.#process = options.process;
    this.name = `${options.process.name} ${options.name}`;
    this.#lastActive = this.#scheduler.now;
    this.#cancelIdleEnd = this.#scheduler.later(`postgres ends the idle transaction ${this.name}`, {
      at: () => (this.#isWaiting ? Number.POSITIVE_INFINITY : this.#lastActive + this.#database.times.idleInTransactionMs),
      run: () => {
        this.#scheduler.count('idle transaction ended');
        this.#fault ??= new StoreFault('unavailable', 'terminated: idle in transaction');
        this.#end();
        this.#state = 'FAILED';
      },
    });
    this.#process.onDeath(() => this.#breakOff());
  }

  /** Rejections that nobody awaits are no unhandled ones: several statements may be under way when the first fails. */
  run<T>(statement: Statement<T>): Promise<T> {
    const result = this.#tail.then(() => this.#execute(statement));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  async commit(write: () => void): Promise<void> {
    await this.#tail;
    const apply = () => {
      if (this.#fault) throw this.#faultOfCommit(this.#fault);
      if (this.#state === 'OVER') throw new Error('the transaction is over');
      this.#end();
      write();
    };
    const late = (commits: boolean) => () => {
      if (this.#fault) throw this.#faultOfCommit(this.#fault);
      this.#state = 'IN_FLIGHT';
      this.#cancelIdleEnd();
      this.#scheduler.later(commits ? `late commit of ${this.name}` : `the broken connection of ${this.name} is noticed`, {
        run: () => (commits ? apply() : this.#end()),
      });
      throw unknownOutcome();
    };
    const unheard = () => {
      apply();
      throw unknownOutcome();
    };
    await this.#scheduler.operate<void>({
      process: this.#process,
      label: `commit ${this.name}`,
      effect: apply,
      faults: [
        { name: 'postgres commit answer lost', run: unheard },
        { name: 'postgres commit late', run: late(true) },
        { name: 'postgres commit lost', run: late(false) },
      ],
    });
  }

  async rollback(): Promise<void> {
    await this.#tail;
    if (this.#state !== 'OPEN') return;
    await this.#scheduler.operate<void>({
      process: this.#process,
      label: `rollback ${this.name}`,
      effect: () => this.#end(),
      faults: [{ name: 'postgres connection lost', run: () => this.#breakOff() }],
    });
  }

  async #execute<T>(statement: Statement<T>): Promise<T> {
    const progress: Progress = { locks: null };
    for (;;) {
      const attempt = await this.#attempt(statement, progress).catch((error: unknown) => {
        this.#isFaultKnown = true;
        throw error;
      });
      if (attempt.kind === 'DONE') return attempt.value;
      if (attempt.kind === 'WAIT') await this.#untilGranted(attempt.key, attempt.isGranted);
    }
  }

  /** Takes the locks that are free; the statement is done when it has all of them. */
  #attempt<T>(statement: Statement<T>, progress: Progress): Promise<Attempt<T>> {
    const effect = (): Attempt<T> => {
      if (this.#state !== 'OPEN') throw this.#fault ?? new StoreFault('unavailable', 'the connection is closed');
      this.#lastActive = this.#scheduler.now;
      progress.locks ??= [...(statement.locks?.() ?? [])];
      const obstacle = this.#takeLocks(progress.locks);
      if (obstacle) return obstacle;
      const value = this.#effectOf(statement);
      if (statement.isAlone) this.#end();
      return { kind: 'DONE', value };
    };
    const unheard = (): Attempt<T> => {
      const attempt = effect();
      if (attempt.kind === 'DONE') throw new StoreFault('unavailable', 'no answer');
      return attempt;
    };
    const faults: readonly Fault<Attempt<T>>[] = [
      { name: 'postgres serialization failure', run: () => throwing(this.#fail(new StoreFault('conflict', '40001'))) },
      { name: 'postgres connection lost', run: () => throwing(this.#breakOff()) },
      ...(statement.isAlone ? [{ name: 'postgres answer lost', run: unheard }] : []),
    ];
    const label = `${statement.label} (${this.name})`;
    return this.#scheduler.operate({ process: this.#process, label, effect, faults: progress.locks === null ? faults : [] });
  }

  /** null when it has them all. */
  #takeLocks(locks: LockRequest[]): Exclude<Attempt<never>, { kind: 'DONE' }> | null {
    for (let lock = locks[0]; lock; lock = locks[0]) {
      const answer = this.#database.locks.acquire(this, lock.key, lock.mode);
      if (answer.kind === 'WAIT') return this.#wait(answer.ticket);
      if (answer.kind === 'DEADLOCK') {
        this.#scheduler.count('deadlock');
        this.#database.deadlocks.push(answer.circle.join(', '));
        throw this.#fail(new StoreFault('conflict', `40P01: deadlock: ${answer.circle.join(', ')}`));
      }
      locks.shift();
      // Rows are locked one after the other: somebody else may come in between.
      if (locks.length > 0 && this.#scheduler.random.chance(0.2)) return { kind: 'PAUSE' };
    }
    return null;
  }

  #wait(ticket: LockTicket): Attempt<never> & { kind: 'WAIT' } {
    this.#isWaiting = true;
    ticket.onGranted = () => {
      this.#isWaiting = false;
      this.#lastActive = this.#scheduler.now;
    };
    return { kind: 'WAIT', key: ticket.key, isGranted: () => ticket.isGranted };
  }

  #effectOf<T>(statement: Statement<T>): T {
    try {
      return statement.effect();
    } catch (error) {
      throw error instanceof StoreFault ? this.#fail(error) : error;
    }
  }

  async #untilGranted(key: string, isGranted: () => boolean): Promise<void> {
    this.#scheduler.count('lock wait');
    const deadline = this.#scheduler.now + this.#database.times.lockTimeoutMs;
    // The server gives up by itself, whether or not the client is awake to hear of it.
    const cancelTimeout = this.#scheduler.later(`lock wait of ${this.name} times out`, {
      at: () => deadline,
      run: () => {
        if (isGranted()) return;
        this.#scheduler.count('lock time-out');
        this.#fail(new StoreFault('conflict', `55P03: lock time-out on ${key}`));
      },
    });
    await this.#scheduler.operate<void>({
      process: this.#process,
      label: `granted ${key} (${this.name})`,
      effect: () => undefined,
      isReady: () => isGranted() || this.#state !== 'OPEN',
      isIdle: true,
    });
    cancelTimeout();
  }

  /** A commit sent on a connection that had ended unnoticed looks like any commit without an answer. */
  #faultOfCommit(fault: StoreFault): StoreFault {
    return this.#isFaultKnown || fault.kind !== 'unavailable' ? fault : unknownOutcome();
  }

  /** As the server does on an error: everything is released at once, and each later statement fails likewise. */
  #fail(fault: StoreFault): StoreFault {
    if (this.#state === 'OPEN') {
      this.#fault ??= fault;
      this.#end();
      this.#state = 'FAILED';
    }
    return this.#fault ?? fault;
  }

  /** The client's end is gone: its locks last until the server notices. */
  #breakOff(): StoreFault {
    const fault = new StoreFault('unavailable', 'the connection is lost');
    if (this.#state !== 'OPEN') return this.#fault ?? fault;
    this.#fault = fault;
    this.#state = 'FAILED';
    this.#scheduler.later(`the broken connection of ${this.name} is noticed`, { run: () => this.#end() });
    return fault;
  }

  #end(): void {
    this.#state = 'OVER';
    this.#isWaiting = false;
    this.#cancelIdleEnd();
    this.#database.locks.releaseAll(this);
  }
}

type Attempt<T> =
  | { readonly kind: 'DONE'; readonly value: T }
  | { readonly kind: 'WAIT'; readonly key: string; readonly isGranted: () => boolean }
  | { readonly kind: 'PAUSE' };

interface Progress {
  /** Still to be taken; null before the statement has reached the server. */
  locks: LockRequest[] | null;
}

function unknownOutcome(): StoreFault {
  return new StoreFault('unknown-outcome', 'no answer to COMMIT');
}

function throwing(fault: StoreFault): never {
  throw fault;
}
