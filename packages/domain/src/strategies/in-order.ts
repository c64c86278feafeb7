/** Ranking `in-order`: the list as the rule set has it. The first who can has the lead: dedicated agents, and pools by preference. */
import type { Ranking } from './strategy.ts';

export const IN_ORDER: Ranking<{ readonly place: number }> = { score: ({ place }) => -place };
