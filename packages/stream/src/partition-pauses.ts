/** Which partitions are not read at the moment, and why: told to the consumer, the health and the metrics alike. */

import type { GroupConsumer, TopicPartition } from './kafka-port.ts';
import type { RuntimeOptions } from './runtime-options.ts';

/** After a back-off a partition is read again by itself; what the breaker stopped needs a restart. */
export type PauseReason = 'back_off' | 'breaker' | 'quarantine';

const reasons: readonly PauseReason[] = ['back_off', 'breaker', 'quarantine'];

export class PartitionPauses {
  readonly #consumer: GroupConsumer;
  readonly #runtime: Pick<RuntimeOptions, 'health' | 'metrics'>;
  readonly #paused = new Map<string, { readonly at: TopicPartition; readonly reason: PauseReason }>();

  constructor(consumer: GroupConsumer, runtime: Pick<RuntimeOptions, 'health' | 'metrics'>) {
    this.#consumer = consumer;
    this.#runtime = runtime;
  }

  reasonOf(at: TopicPartition): PauseReason | null {
    return this.#paused.get(nameOf(at))?.reason ?? null;
  }

  pause(at: TopicPartition, why: { readonly reason: PauseReason; readonly detail: string }): void {
    const { topic, partition } = at;
    this.#consumer.pause([{ topic, partition }]);
    this.#paused.set(nameOf(at), { at: { topic, partition }, reason: why.reason });
    // One vendor's fault keeps nobody else's work from being done here.
    this.#runtime.health.paused(nameOf(at), why.detail, { staysReady: why.reason === 'quarantine' });
    this.#count();
  }

  /** It works again, so nobody needs to hear of it any more. */
  over(at: TopicPartition): void {
    this.#paused.delete(nameOf(at));
    this.#runtime.health.resumed(nameOf(at));
    this.#count();
  }

  /** A new assignment forgets back-offs, and what is somebody else's now. */
  assigned(partitions: readonly TopicPartition[]): void {
    const mine = new Set(partitions.map(nameOf));
    for (const { at, reason } of [...this.#paused.values()]) {
      if (reason !== 'back_off' && mine.has(nameOf(at))) continue;
      this.#consumer.resume([at]);
      this.over(at);
    }
  }

  #count(): void {
    for (const reason of reasons) {
      const count = [...this.#paused.values()].filter((pause) => pause.reason === reason).length;
      this.#runtime.metrics.pausedPartitions.set({ reason }, count);
    }
  }
}

const nameOf = (at: TopicPartition): string => `${at.topic}/${at.partition}`;
