/** What a consumer has to remember beside kafkajs: its generation, what is paused, what was skipped, whether it still works. */

import type { FetchedBatch, GroupConsumerOptions, TopicPartition } from './kafka-port.ts';

export class ConsumerState {
  readonly options: GroupConsumerOptions;
  readonly paused = new Map<string, TopicPartition>();
  /** Where the last handled batch of a partition ended, and up to where kafkajs has skipped since. */
  readonly ends = new Map<string, number>();
  readonly skipped = new Map<string, number>();
  generation = 0;
  readonly #running = new Set<Promise<void>>();
  readonly #stopped: Promise<void>;
  #resolveStopped: () => void = () => undefined;
  #stopping: Promise<void> | null = null;
  #isFaulty = false;
  #assigned = new Set<string>();

  constructor(options: GroupConsumerOptions) {
    this.options = options;
    this.#stopped = new Promise((resolve) => {
      this.#resolveStopped = resolve;
    });
  }

  get isActive(): boolean {
    return this.#stopping === null && !this.#isFaulty;
  }

  isAssigned(at: TopicPartition): boolean {
    return this.#assigned.has(keyOf(at));
  }

  /** kafkajs swallows fetches of control records only; the next batch then begins where the last one ended. */
  tiled(batch: FetchedBatch): FetchedBatch {
    const end = this.ends.get(keyOf(batch));
    const isBehindSkipped = this.skipped.get(keyOf(batch)) === batch.fetchedOffset;
    this.skipped.delete(keyOf(batch));
    return isBehindSkipped && end !== undefined && end < batch.fetchedOffset ? { ...batch, fetchedOffset: end } : batch;
  }

  joined(partitions: readonly TopicPartition[]): void {
    this.generation += 1;
    this.#assigned = new Set(partitions.map(keyOf));
    this.ends.clear();
    this.skipped.clear();
    this.options.onAssigned?.({ generation: this.generation, partitions });
  }

  /** Once; nothing is handled any more, and the group will give the partitions to somebody else. */
  fault(error: unknown): void {
    if (this.#isFaulty) return;
    this.#isFaulty = true;
    this.options.onFault?.(error);
  }

  /** After a fault or during a stop a batch is neither handled nor resolved; returning would only fetch it again. */
  untilStopped(): Promise<void> {
    return this.#stopping === null ? this.#stopped : Promise.resolve();
  }

  track(handling: Promise<void>): Promise<void> {
    const settled = handling.then(
      () => undefined,
      () => undefined,
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return handling;
  }

  /** kafkajs ignores commits once it stops, so the handlers finish first. */
  stop(disconnect: () => Promise<void>): Promise<void> {
    this.#stopping ??= (async () => {
      this.#resolveStopped();
      while (this.#running.size > 0) await Promise.all(this.#running);
      await disconnect().catch(() => undefined);
    })();
    return this.#stopping;
  }
}

export const keyOf = (at: TopicPartition): string => `${at.partition}/${at.topic}`;
