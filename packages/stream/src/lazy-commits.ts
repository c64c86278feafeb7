/**
 * Commits offsets behind the work instead of within it: at most every few hundred milliseconds, newest wins. What a
 * crash leaves uncommitted is read again, which at-least-once allows and deterministic event ids make harmless.
 */

import type { Clock } from './clock.ts';
import { KafkaFault, type TopicPartition } from './kafka-port.ts';
import type { CommitPosition } from './merged-commits.ts';

export interface LazyCommitsOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  readonly commit: (positions: readonly CommitPosition[]) => Promise<void>;
  /** Anything but an expulsion, which the next generation mends. */
  readonly onError: (error: unknown) => void;
}

export interface LazyCommits {
  /** The partition has been handled up to, not including, `offset`, and its outputs are acknowledged. */
  note(position: CommitPosition): void;
  /** Forgets what is not on its way: the partitions may belong to somebody else now. */
  forget(): void;
  /** Commits what is noted, now. Never rejects. */
  flush(): Promise<void>;
  stop(): void;
}

export const createLazyCommits = (options: LazyCommitsOptions): LazyCommits => {
  const stopping = new AbortController();
  let noted = new Map<string, CommitPosition>();
  let epoch = 0;
  let isScheduled = false;
  let running: Promise<void> = Promise.resolve();

  const send = async (): Promise<void> => {
    const positions = [...noted.values()];
    const sentIn = epoch;
    noted = new Map();
    if (positions.length === 0) return;
    try {
      await options.commit(positions);
    } catch (error) {
      if (error instanceof KafkaFault && error.kind === 'not-member') return;
      options.onError(error);
      if (sentIn !== epoch) return;
      for (const position of positions) if (!noted.has(keyOf(position))) noted.set(keyOf(position), position);
      schedule();
    }
  };

  const flush = (): Promise<void> => {
    running = running.then(send);
    return running;
  };

  const schedule = (): void => {
    if (isScheduled || stopping.signal.aborted) return;
    isScheduled = true;
    void options.clock.sleep(options.intervalMs, stopping.signal).then(() => {
      isScheduled = false;
      return flush();
    });
  };

  return {
    flush,
    note: (position) => {
      noted.set(keyOf(position), position);
      schedule();
    },
    forget: () => {
      noted = new Map();
      epoch += 1;
    },
    stop: () => stopping.abort(),
  };
};

const keyOf = (at: TopicPartition): string => `${at.partition}/${at.topic}`;
