/**
 * A consumer group's coordinator in memory: members, generations, session time-outs, committed offsets. It deals the
 * partitions anew the moment membership changes; a member learns of that when it next asks, and goes on working till then.
 */
import { KafkaFault, type TopicPartition } from '@lead-router/stream/kafka-port.ts';
import { nameOf } from './memory-transactions.ts';
import type { Scheduler } from './scheduler.ts';

export interface Membership {
  readonly memberId: string;
  readonly generation: number;
  readonly partitions: readonly TopicPartition[];
}

export interface Subscription {
  readonly topics: readonly string[];
  /** Partition n of every topic goes to the same member. */
  readonly isCoPartitioned: boolean;
}

/** `plain`: partitions are dealt evenly, a fetch gets all there is. `seeded`: both as the seed says, so that everything is tried. */
export type Manner = 'plain' | 'seeded';

interface Member {
  readonly subscription: Subscription;
  lastSeen: number;
  partitions: readonly TopicPartition[];
  cancelExpiry: () => void;
}

export class MemoryGroup {
  generation = 0;
  readonly #scheduler: Scheduler;
  readonly #partitionsOf: (topic: string) => readonly TopicPartition[];
  readonly #sessionTimeoutMs: number;
  readonly #members = new Map<string, Member>();
  readonly #offsets = new Map<string, number>();
  readonly #manner: Manner;
  #nextMember = 1;

  constructor(options: {
    readonly scheduler: Scheduler;
    readonly manner: Manner;
    readonly sessionTimeoutMs: number;
    readonly partitionsOf: (topic: string) => readonly TopicPartition[];
  }) {
    this.#manner = options.manner;
    this.#scheduler = options.scheduler;
    this.#sessionTimeoutMs = options.sessionTimeoutMs;
    this.#partitionsOf = options.partitionsOf;
  }

  /** A member that is still known keeps its place; any other is new, and everything is dealt again. */
  join(memberId: string | null, subscription: Subscription): Membership {
    const known = memberId === null ? undefined : this.#members.get(memberId);
    if (known && memberId !== null) {
      known.lastSeen = this.#scheduler.now;
      return { memberId, generation: this.generation, partitions: known.partitions };
    }
    const id = `member-${this.#nextMember++}`;
    const member: Member = { subscription, lastSeen: this.#scheduler.now, partitions: [], cancelExpiry: () => undefined };
    member.cancelExpiry = this.#scheduler.later(`${id} expires`, {
      at: () => member.lastSeen + this.#sessionTimeoutMs,
      isIdle: true,
      run: () => {
        this.#scheduler.count('member expired');
        this.leave(id);
      },
    });
    this.#members.set(id, member);
    this.rebalance();
    return { memberId: id, generation: this.generation, partitions: member.partitions };
  }

  leave(memberId: string): void {
    const member = this.#members.get(memberId);
    if (!member) return;
    member.cancelExpiry();
    this.#members.delete(memberId);
    this.rebalance();
  }

  /** @throws KafkaFault `not-member` when the member is gone or the group has moved on. */
  heartbeat(memberId: string, generation: number): void {
    const member = this.#members.get(memberId);
    if (!member) throw new KafkaFault('not-member', `${memberId} is no longer a member`);
    member.lastSeen = this.#scheduler.now;
    if (generation !== this.generation)
      throw new KafkaFault('not-member', `the group is at generation ${this.generation}, not ${generation}`);
  }

  /** Deals all partitions anew. */
  rebalance(): void {
    this.generation += 1;
    this.#scheduler.count('rebalance');
    const hands = new Map<string, TopicPartition[]>([...this.#members.keys()].map((id) => [id, []]));
    const dealt = new Map<string, string>();
    const topics = new Set([...this.#members.values()].flatMap((member) => member.subscription.topics));
    for (const at of [...topics].flatMap((topic) => this.#partitionsOf(topic))) {
      const takers = [...this.#members].filter(([, { subscription }]) => subscription.topics.includes(at.topic));
      if (takers.length === 0) continue;
      const fewest = Math.min(...takers.map(([id]) => hands.get(id)?.length ?? 0));
      const [drawn, member] = this.#scheduler.random.pick(
        this.#manner === 'plain' ? takers.filter(([id]) => hands.get(id)?.length === fewest) : takers,
      );
      const share = member.subscription.isCoPartitioned ? String(at.partition) : nameOf(at);
      const taker = dealt.get(share) ?? drawn;
      dealt.set(share, taker);
      hands.get(taker)?.push(at);
    }
    for (const [id, member] of this.#members) member.partitions = hands.get(id) ?? [];
  }

  committed(at: TopicPartition): number | null {
    return this.#offsets.get(nameOf(at)) ?? null;
  }

  commit(at: TopicPartition, offset: number): void {
    this.#offsets.set(nameOf(at), offset);
  }

  get memberCount(): number {
    return this.#members.size;
  }
}
