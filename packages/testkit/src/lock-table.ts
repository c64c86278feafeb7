/**
 * Locks of the in-memory database: rows and advisory locks by name, shared or exclusive, waited for in the order of asking,
 * with detection of deadlocks in the graph of who waits for whom.
 */

export type LockMode = 'SHARED' | 'EXCLUSIVE';

/** Whoever holds and waits for locks. Compared by identity. */
export interface LockOwner {
  readonly name: string;
}

export interface LockTicket {
  readonly owner: LockOwner;
  readonly key: string;
  readonly mode: LockMode;
  isGranted: boolean;
  /** Called when it is granted after a wait. */
  onGranted: () => void;
}

export type LockAnswer =
  | { readonly kind: 'GRANTED' }
  | { readonly kind: 'WAIT'; readonly ticket: LockTicket }
  | { readonly kind: 'DEADLOCK'; readonly circle: readonly string[] };

const GRANTED: LockAnswer = { kind: 'GRANTED' };

export class LockTable {
  /** By key: granted tickets first, then those that wait, in order. */
  readonly #queues = new Map<string, LockTicket[]>();
  readonly #held = new Map<LockOwner, Set<string>>();

  /** A waiting ticket stays in the queue until it is granted or released. */
  acquire(owner: LockOwner, key: string, mode: LockMode): LockAnswer {
    const queue = this.#queues.get(key) ?? [];
    if (queue.some((ticket) => ticket.owner === owner && ticket.isGranted && (ticket.mode === 'EXCLUSIVE' || ticket.mode === mode)))
      return GRANTED;
    const ticket: LockTicket = { owner, key, mode, isGranted: false, onGranted: () => undefined };
    if (isGrantable(queue, ticket, queue.length)) {
      ticket.isGranted = true;
      this.#put(queue, ticket);
      return GRANTED;
    }
    this.#put(queue, ticket);
    const circle = this.#circleFrom(owner);
    if (circle === null) return { kind: 'WAIT', ticket };
    this.#remove(ticket);
    return { kind: 'DEADLOCK', circle };
  }

  /** Everything that the owner holds or waits for. */
  releaseAll(owner: LockOwner): void {
    const keys = this.#held.get(owner);
    this.#held.delete(owner);
    for (const key of keys ?? []) {
      this.#queues.set(
        key,
        (this.#queues.get(key) ?? []).filter((ticket) => ticket.owner !== owner),
      );
      this.#grantNext(key);
    }
  }

  /** Somebody other than `owner` holds it. */
  isHeldByOther(key: string, owner: LockOwner | null): boolean {
    return (this.#queues.get(key) ?? []).some((ticket) => ticket.isGranted && ticket.owner !== owner);
  }

  #put(queue: LockTicket[], ticket: LockTicket): void {
    queue.push(ticket);
    this.#queues.set(ticket.key, queue);
    const keys = this.#held.get(ticket.owner) ?? new Set();
    keys.add(ticket.key);
    this.#held.set(ticket.owner, keys);
  }

  #remove(ticket: LockTicket): void {
    const queue = this.#queues.get(ticket.key) ?? [];
    queue.splice(queue.indexOf(ticket), 1);
    this.#grantNext(ticket.key);
  }

  #grantNext(key: string): void {
    const queue = this.#queues.get(key) ?? [];
    if (queue.length === 0) this.#queues.delete(key);
    for (const [place, ticket] of queue.entries()) {
      if (ticket.isGranted || !isGrantable(queue, ticket, place)) continue;
      ticket.isGranted = true;
      ticket.onGranted();
    }
  }

  /** The owners on a circle of waits that starts and ends at `start`; null when there is none. */
  #circleFrom(start: LockOwner): readonly string[] | null {
    const seen = new Set<LockOwner>();
    const search = (owner: LockOwner, path: readonly string[]): readonly string[] | null => {
      for (const { blocker, key } of this.#blockersOf(owner)) {
        const longer = [...path, `${owner.name} waits for ${key}`];
        if (blocker === start) return longer;
        if (seen.has(blocker)) continue;
        seen.add(blocker);
        const found = search(blocker, longer);
        if (found) return found;
      }
      return null;
    };
    return search(start, []);
  }

  #blockersOf(owner: LockOwner): readonly { blocker: LockOwner; key: string }[] {
    const blockers: { blocker: LockOwner; key: string }[] = [];
    for (const key of this.#held.get(owner) ?? []) {
      const queue = this.#queues.get(key) ?? [];
      const place = queue.findIndex((ticket) => ticket.owner === owner && !ticket.isGranted);
      const mine = queue[place];
      if (!mine) continue;
      for (const other of queue.slice(0, place))
        if (other.owner !== owner && conflict(other.mode, mine.mode)) blockers.push({ blocker: other.owner, key });
    }
    return blockers;
  }
}

/** Nobody before it in the queue, waiting ones included, stands in its way. */
function isGrantable(queue: readonly LockTicket[], ticket: LockTicket, place: number): boolean {
  return queue.slice(0, place).every((other) => other.owner === ticket.owner || !conflict(other.mode, ticket.mode));
}

function conflict(a: LockMode, b: LockMode): boolean {
  return a === 'EXCLUSIVE' || b === 'EXCLUSIVE';
}
