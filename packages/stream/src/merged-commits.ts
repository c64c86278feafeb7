/** Offset commits of many partitions as few requests: while one is on its way, later ones merge, and the newest wins. */

import type { TopicPartition } from './kafka-port.ts';

export type CommitPosition = TopicPartition & { readonly offset: number };

export interface MergedCommits {
  /** Resolves once this offset, or a later one of the partition, is committed. */
  commit(positions: readonly CommitPosition[]): Promise<void>;
}

export const createMergedCommits = (send: (positions: readonly CommitPosition[]) => Promise<void>): MergedCommits => {
  let next = new Map<string, CommitPosition>();
  let nextRound: Promise<void> | null = null;
  let running: Promise<void> = Promise.resolve();

  const startRound = (): Promise<void> => {
    const round = running.then(async () => {
      const positions = [...next.values()];
      next = new Map();
      nextRound = null;
      await send(positions);
    });
    running = round.catch(() => undefined);
    return round;
  };

  return {
    commit: (positions) => {
      if (positions.length === 0) return Promise.resolve();
      for (const position of positions) next.set(`${position.partition}/${position.topic}`, position);
      nextRound ??= startRound();
      return nextRound;
    },
  };
};
