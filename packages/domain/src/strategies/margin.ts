/** `margin`: the pool whose destination is believed to earn most with the lead, less what that costs, goes first (../margin/rank-by-margin.ts). */
import type { PoolCandidate, Ranking } from './strategy.ts';

export const MARGIN: Ranking<PoolCandidate> = {
  /** How many destinations it is ahead of, so that it is a place among them and not an amount: a least share goes before any amount. */
  score: ({ pool }, { margins }) => {
    const place = margins?.findIndex(({ destinationId }) => destinationId === pool.destinationId) ?? -1;
    return margins === undefined || place < 0 ? 0 : margins.length - place;
  },
};
