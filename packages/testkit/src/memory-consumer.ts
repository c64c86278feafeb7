/**
 * A group member in memory, shaped like the real client's loop: one fetch at a time for all its partitions, handlers of
 * different partitions at once, the next fetch when all have ended, heartbeats only when asked and only when due.
 */
import {
  type BatchContext,
  type BatchHandler,
  type FetchedBatch,
  type GroupConsumer,
  type GroupConsumerOptions,
  KafkaFault,
  type TopicPartition,
} from '@lead-router/stream/kafka-port.ts';
import type { MemoryBroker } from './memory-broker.ts';
import type { Membership, MemoryGroup } from './memory-group.ts';
import { nameOf } from './memory-transactions.ts';
import type { Scheduler } from './scheduler.ts';
import type { SimProcess } from './sim-process.ts';

export interface MemoryConsumerContext {
  readonly broker: MemoryBroker;
  readonly process: SimProcess;
  /** Most records of one partition in one fetch; the seed cuts anywhere below. */
  readonly maxFetchRecords: number;
}

export function createMemoryConsumer(context: MemoryConsumerContext, options: GroupConsumerOptions): GroupConsumer {
  return new MemoryConsumer(context, options);
}

class MemoryConsumer implements GroupConsumer {
  readonly #context: MemoryConsumerContext;
  readonly #options: GroupConsumerOptions;
  readonly #scheduler: Scheduler;
  readonly #group: MemoryGroup;
  readonly #positions = new Map<string, number>();
  /** They outlive the loss of a partition, as in the real client. */
  readonly #seeks = new Map<string, number>();
  readonly #paused = new Set<string>();
  #membership: Membership | null = null;
  /** The group has told us that our generation is over. */
  #isStale = true;
  #isStopping = false;
  #lastHeartbeat = 0;
  #running: Promise<void> | null = null;

  constructor(context: MemoryConsumerContext, options: GroupConsumerOptions) {
    this.#context = context;
    this.#options = options;
    this.#scheduler = context.broker.scheduler;
    this.#group = context.broker.group(options.groupId);
  }

  async start(handler: BatchHandler): Promise<void> {
    await this.#join();
    this.#running = this.#loop(handler).catch((error: unknown) => this.#options.onFault?.(error));
  }

  seek(position: TopicPartition & { readonly offset: number }): void {
    this.#seeks.set(nameOf(position), position.offset);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#paused.add(nameOf(at));
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const at of partitions) this.#paused.delete(nameOf(at));
  }

  async commit(offsets: readonly (TopicPartition & { readonly offset: number })[]): Promise<void> {
    const { memberId, generation } = this.#member();
    const apply = () => {
      this.#group.heartbeat(memberId, generation);
      for (const at of offsets) this.#group.commit(at, at.offset);
    };
    await this.#request('commit offsets', apply);
  }

  async stop(): Promise<void> {
    if (this.#isStopping) return this.#running ?? undefined;
    this.#isStopping = true;
    await this.#running;
    const membership = this.#membership;
    // Who cannot say good-bye is missed after its session time-out.
    if (membership) await this.#request('leave group', () => this.#group.leave(membership.memberId)).catch(() => undefined);
  }

  async #loop(handler: BatchHandler): Promise<void> {
    while (!this.#isStopping) {
      try {
        if (this.#isStale) await this.#join();
        await this.#beatIfDue();
        await this.#readPositions();
        const batches = await this.#fetch();
        await Promise.all(batches.map((batch) => this.#handOver(handler, batch)));
      } catch (error) {
        if (!(error instanceof KafkaFault)) throw error;
        this.#options.onUnavailable?.(error);
      }
    }
  }

  async #handOver(handler: BatchHandler, batch: FetchedBatch): Promise<void> {
    const { generation } = this.#member();
    const isCurrent = () =>
      !this.#isStopping && !this.#isStale && this.#membership?.generation === generation && !this.#seeks.has(nameOf(batch));
    if (batch.records.length > 0) {
      const context: BatchContext = { generation, isCurrent, heartbeat: () => this.#beatIfDue() };
      await handler(batch, context).catch((error: unknown) => {
        if (!(error instanceof KafkaFault && error.kind === 'not-member')) throw error;
      });
    }
    if (batch.records.length === 0) this.#options.onSkipped?.(batch);
    if (!this.#isStale) this.#positions.set(nameOf(batch), batch.nextOffset);
  }

  async #join(): Promise<void> {
    const memberId = this.#membership?.memberId ?? null;
    const membership = await this.#request('join group', () =>
      this.#group.join(memberId, { topics: this.#options.topics, isCoPartitioned: this.#options.assignment === 'co-partitioned' }),
    );
    this.#membership = membership;
    this.#isStale = false;
    this.#lastHeartbeat = this.#scheduler.now;
    this.#positions.clear();
    this.#options.onAssigned?.({ generation: membership.generation, partitions: membership.partitions });
  }

  /** @throws KafkaFault `not-member`; the client then knows, and joins again when its handlers have ended. */
  async #beatIfDue(): Promise<void> {
    if (this.#scheduler.now < this.#lastHeartbeat + this.#context.broker.times.heartbeatIntervalMs) return;
    const { memberId, generation } = this.#member();
    try {
      await this.#request('heartbeat', () => this.#group.heartbeat(memberId, generation));
      this.#lastHeartbeat = this.#scheduler.now;
    } catch (error) {
      if (error instanceof KafkaFault && error.kind === 'not-member') this.#isStale = true;
      throw error;
    }
  }

  /** Starts every partition where the group has committed; where nothing is, at its beginning. */
  async #readPositions(): Promise<void> {
    const missing = this.#member().partitions.filter((at) => !this.#positions.has(nameOf(at)));
    if (missing.length === 0) return;
    const committed = await this.#request('read committed offsets', () => missing.map((at) => this.#group.committed(at) ?? 0));
    for (const [i, at] of missing.entries()) this.#positions.set(nameOf(at), committed[i] ?? 0);
  }

  async #fetch(): Promise<readonly FetchedBatch[]> {
    for (const at of this.#member().partitions) this.#applySeek(at);
    const asked = this.#member().partitions.filter((at) => !this.#paused.has(nameOf(at)));
    const deadline = () => this.#lastHeartbeat + this.#context.broker.times.heartbeatIntervalMs;
    const batches = await this.#scheduler.operate({
      process: this.#context.process,
      label: 'fetch',
      effect: () => asked.flatMap((at) => this.#read(at)),
      isReady: () => this.#isStopping || this.#scheduler.now >= deadline() || this.#isWorthFetching(asked),
      wakeAt: deadline,
      isIdle: true,
    });
    // What was paused or sought while the fetch was under way is dropped, or not: the real client does either.
    return batches.filter(
      (batch) => !(this.#paused.has(nameOf(batch)) || this.#seeks.has(nameOf(batch))) || this.#scheduler.random.chance(0.3),
    );
  }

  #isWorthFetching(asked: readonly TopicPartition[]): boolean {
    const unasked =
      this.#member().partitions.length > asked.length &&
      this.#member().partitions.some((at) => !this.#paused.has(nameOf(at)) && !asked.includes(at));
    return (
      unasked ||
      asked.some((at) => this.#seeks.has(nameOf(at))) ||
      asked.some((at) => this.#context.broker.log(at).stableOffset > (this.#positions.get(nameOf(at)) ?? 0))
    );
  }

  #applySeek(at: TopicPartition): void {
    const sought = this.#seeks.get(nameOf(at));
    if (sought === undefined) return;
    this.#seeks.delete(nameOf(at));
    this.#positions.set(nameOf(at), sought);
  }

  /** A stretch of the log of a length that the seed decides. */
  #read(at: TopicPartition): readonly FetchedBatch[] {
    const log = this.#context.broker.log(at);
    const fetchedOffset = this.#positions.get(nameOf(at)) ?? 0;
    const available = log.stableOffset - fetchedOffset;
    if (available <= 0) return [];
    const most = Math.min(available, this.#context.maxFetchRecords);
    const length = this.#context.broker.manner === 'plain' ? most : 1 + this.#scheduler.random.int(most);
    const nextOffset = fetchedOffset + length;
    return [{ ...at, fetchedOffset, nextOffset, highWatermark: log.stableOffset, records: log.visible(fetchedOffset, nextOffset) }];
  }

  #request<T>(label: string, effect: () => T): Promise<T> {
    const lost = () => {
      throw new KafkaFault('unavailable', `${label}: no answer`);
    };
    return this.#scheduler.operate<T>({
      process: this.#context.process,
      label,
      effect,
      faults: [
        { name: 'kafka request lost', run: lost },
        {
          name: 'kafka answer lost',
          run: () => {
            effect();
            return lost();
          },
        },
      ],
    });
  }

  #member(): Membership {
    if (!this.#membership) throw new KafkaFault('not-member', 'the consumer has not joined yet');
    return this.#membership;
  }
}
