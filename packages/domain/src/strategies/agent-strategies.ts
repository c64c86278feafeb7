/** Chooses one of a pool's agents: filter, rank, tie-break, each by the names in the rule set. */
import { giveInTurn, type LedgerEntry, whoseTurn } from '../ledger.ts';
import type { Agent } from '../rule-set.ts';
import { BEST_FIT } from './best-fit.ts';
import { IN_ORDER } from './in-order.ts';
import { LEAST_LOADED_AGENT } from './least-loaded.ts';
import { best } from './rank.ts';
import { SKILLS } from './skills.ts';
import type { AgentCandidate, AgentFilter, Question, Ranking } from './strategy.ts';
import type { AgentFilterName, AgentRankingName, AgentStrategy, TieBreakName } from './strategy-names.ts';

const FILTERS: Readonly<Record<AgentFilterName, AgentFilter>> = { skills: SKILLS };

const RANKINGS: Readonly<Record<AgentRankingName, Ranking<AgentCandidate>>> = {
  'in-order': IN_ORDER,
  'least-loaded': LEAST_LOADED_AGENT,
  'best-fit': BEST_FIT,
};

interface TieBreak {
  /** Books the lead in the ledger, among those whom it chose from. */
  give<Entry extends LedgerEntry>(equals: readonly Entry[], seed: number): Entry;
  /** The same one, and books nothing. */
  next<Entry extends LedgerEntry>(equals: readonly Entry[], seed: number): Entry;
}

const TIE_BREAKS: Readonly<Record<TieBreakName, TieBreak>> = { weighted: { give: giveInTurn, next: whoseTurn } };

export interface Score {
  readonly by: AgentRankingName;
  readonly score: number;
}

/** null: a filter lets the agent through; else why not, in plain words. */
export function whyNotSuited({ filter }: AgentStrategy, agent: Agent, question: Question): string | null {
  for (const name of filter) {
    const reason = FILTERS[name].whyNot(agent, question);
    if (reason !== null) return reason;
  }
  return null;
}

/** Chooses one and books the lead. `candidates` are through the filters already, and not empty. */
export function takeBest<Candidate extends AgentCandidate & LedgerEntry>(
  strategy: AgentStrategy,
  candidates: readonly Candidate[],
  options: { readonly question: Question; readonly seed: number },
): Candidate {
  const equals = best<Candidate>(candidates, rankingsOf(strategy), options.question);
  return TIE_BREAKS[strategy.tieBreak].give(equals, options.seed);
}

/** The first `most` of them, best first, each as if those before it were not there. Books nothing. `candidates` are through the filters already. */
export function findBest<Candidate extends AgentCandidate & LedgerEntry>(
  strategy: AgentStrategy,
  candidates: readonly Candidate[],
  options: { readonly question: Question; readonly seed: number; readonly most: number },
): readonly Candidate[] {
  const rankings = rankingsOf(strategy);
  const found: Candidate[] = [];
  let rest = candidates;
  while (found.length < options.most && rest.length > 0) {
    const next = TIE_BREAKS[strategy.tieBreak].next(best<Candidate>(rest, rankings, options.question), options.seed);
    found.push(next);
    rest = rest.filter((candidate) => candidate !== next);
  }
  return found;
}

function rankingsOf({ rank }: AgentStrategy): readonly Ranking<AgentCandidate>[] {
  return rank.map((name) => RANKINGS[name]);
}

/** What the rankings say of one candidate, in their order: for explanations. */
export function scoresOf({ rank }: AgentStrategy, candidate: AgentCandidate, question: Question): readonly Score[] {
  return rank.map((by) => ({ by, score: RANKINGS[by].score(candidate, question) }));
}
