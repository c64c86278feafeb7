/** The names by which rule sets know strategies; what they do is in the files beside this one. */

export const AGENT_FILTERS = ['skills'] as const;
export const AGENT_RANKINGS = ['in-order', 'least-loaded', 'best-fit'] as const;
export const POOL_RANKINGS = ['in-order', 'least-loaded', 'margin'] as const;
export const TIE_BREAKS = ['weighted'] as const;

export type AgentFilterName = (typeof AGENT_FILTERS)[number];
export type AgentRankingName = (typeof AGENT_RANKINGS)[number];
export type PoolRankingName = (typeof POOL_RANKINGS)[number];
export type TieBreakName = (typeof TIE_BREAKS)[number];

/** How a pool finds one of its agents: filter, then rank, then tie-break. */
export interface AgentStrategy {
  /** The short name, or `composed`. */
  readonly name: string;
  readonly filter: readonly AgentFilterName[];
  /** The first decides; the next among those who are equal by it. */
  readonly rank: readonly AgentRankingName[];
  /** Among those whom no ranking tells apart. */
  readonly tieBreak: TieBreakName;
}

/** In which order the pools of a rule are tried. What no ranking tells apart stays in the rule's order. */
export interface PoolStrategy {
  readonly name: string;
  readonly rank: readonly PoolRankingName[];
}

const preset = (name: string, rank: readonly AgentRankingName[]): AgentStrategy => ({
  name,
  filter: ['skills'],
  rank,
  tieBreak: 'weighted',
});

/** By weight alone: what a pool does that says nothing. */
export const WEIGHTED: AgentStrategy = preset('weighted', []);

/** Short names for what is needed most. */
export const AGENT_PRESETS = {
  dedicated: preset('dedicated', ['in-order']),
  weighted: WEIGHTED,
  'least-loaded': preset('least-loaded', ['least-loaded']),
  'best-fit': preset('best-fit', ['best-fit']),
  /** In the order of `weighted`; that its leads are offered is the pool's `offer`. */
  claim: preset('claim', []),
} as const satisfies Readonly<Record<string, AgentStrategy>>;

export const POOL_PRESETS = {
  'in-order': { name: 'in-order', rank: ['in-order'] },
  'least-loaded': { name: 'least-loaded', rank: ['least-loaded'] },
  margin: { name: 'margin', rank: ['margin'] },
} as const satisfies Readonly<Record<string, PoolStrategy>>;
