/** Where a rule weighs its pools by margin: what is asked of the counts, how its destinations rank, and which lead is a trial of its destination. */
import type { BatchState, Turn } from './decide-state.ts';
import type { Facts } from './facts.ts';
import { mix } from './ledger.ts';
import { type ConversionCell, cellOf, levelsOf } from './margin/conversion.ts';
import { type MarginRequest, type MarginScore, rankByMargin } from './margin/rank-by-margin.ts';
import type { Pool, Rule, RuleSet } from './rule-set.ts';

const NO_TRIAL = {};

interface Asked {
  readonly facts: Facts;
  readonly rule: Rule;
}

/** Best first; undefined where the rule does not ask for margins. */
export function marginsOf(state: BatchState, { facts, rule }: Asked, turn: Turn): readonly MarginScore[] | undefined {
  if (!isByMargin(rule)) return undefined;
  return rankByMargin({
    grade: facts.grade,
    segment: facts.segment,
    candidates: candidatesOf(state.ruleSet, rule),
    counts: (key) => state.conversions.counts(key),
    // Differs from input to input, and is kept with the batch.
    seed: mix(state.seed ^ mix(turn.offset)),
  });
}

/** The counts that the decision will look at. */
export function conversionKeysOf(ruleSet: RuleSet, { facts, rule }: Asked): readonly string[] {
  if (!isByMargin(rule)) return [];
  return candidatesOf(ruleSet, rule)
    .filter(({ economics }) => economics.revenue.kind === 'VALUE')
    .flatMap(({ destinationId }) => levelsOf(cellOf({ destinationId, grade: facts.grade, segment: facts.segment })));
}

/** Where the outcome will count of a lead that the rule gave to this pool; nothing where it counts nowhere. */
export function trialOf(ruleSet: RuleSet, { facts, rule }: Asked, pool: Pool | null): { readonly trial?: ConversionCell } {
  if (pool === null || !isByMargin(rule)) return NO_TRIAL;
  const { destinationId } = pool;
  // Somewhere along an overflow: the margin did not choose it.
  if (!candidatesOf(ruleSet, rule).some((candidate) => candidate.destinationId === destinationId)) return NO_TRIAL;
  return { trial: cellOf({ destinationId, grade: facts.grade, segment: facts.segment }) };
}

function isByMargin({ among }: Rule): boolean {
  return among?.strategy.rank.includes('margin') === true;
}

function candidatesOf(ruleSet: RuleSet, { among }: Rule): MarginRequest['candidates'] {
  return (among?.pools ?? []).flatMap((poolId) => {
    const destinationId = ruleSet.pools.get(poolId)?.destinationId;
    const economics = destinationId === undefined ? undefined : ruleSet.destinations.get(destinationId)?.economics;
    return destinationId === undefined || economics === undefined ? [] : [{ destinationId, economics }];
  });
}
