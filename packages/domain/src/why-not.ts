/**
 * Why somebody did not get a lead: an agent, a pool or a destination held against what the decision looked at. Says only what the record
 * holds; what the decision never came to ask is told as that, with the rule that decided it.
 */
import type { Candidate, TraceStep } from './decide-trace.ts';
import type { Explanation } from './explain-decision.ts';
import { poolWords } from './explain-words.ts';
import type { LeadRecord } from './routing-model.ts';
import type { Pool, RuleSet } from './rule-set.ts';
import { passedOverWords } from './why-not-candidate.ts';

type PoolStep = Extract<TraceStep, { readonly kind: 'POOL' }>;

export interface WhyNot {
  /** As asked for: the id of an agent, a pool or a destination. */
  readonly target: string;
  readonly is: 'AGENT' | 'POOL' | 'DESTINATION';
  /** It did get it. */
  readonly hasIt: boolean;
  /** Plain words, the pools that the decision came to first. */
  readonly reasons: readonly string[];
}

/** null: the rule set of that version knows nobody of that name. */
export function whyNot(ruleSet: RuleSet, explanation: Explanation, target: string): WhyNot | null {
  const lead = decidedLead(explanation);
  const ask = { ruleSet, explanation, lead, target };
  const pools = [...ruleSet.pools.values()];
  const asAgent = pools.filter(({ agents }) => agents.some(({ agentId }) => agentId === target));
  const asked = explanation.steps.filter((step) => step.kind === 'POOL');
  // Somebody who has left the rule set may still stand in the books.
  if (asAgent.length > 0 || asked.some(({ candidates }) => candidates.some(({ agentId }) => agentId === target))) {
    const hasIt = lead?.agentId === target;
    const of = (step: PoolStep): readonly string[] => agentReasons(step, target);
    return { target, is: 'AGENT', hasIt, reasons: reasonsIn(ask, asAgent, { hasIt, of }) };
  }
  const of = (step: PoolStep): readonly string[] => poolReasons(ruleSet, step);
  const pool = ruleSet.pools.get(target);
  if (pool !== undefined) {
    const hasIt = lead?.poolId === target;
    return { target, is: 'POOL', hasIt, reasons: reasonsIn(ask, [pool], { hasIt, of }) };
  }
  if (!ruleSet.destinations.has(target)) return null;
  const hasIt = lead?.destinationId === target;
  const its = pools.filter(({ destinationId }) => destinationId === target);
  return { target, is: 'DESTINATION', hasIt, reasons: reasonsIn(ask, its, { hasIt, of }) };
}

interface Ask {
  readonly ruleSet: RuleSet;
  readonly explanation: Explanation;
  /** As it was decided; null: no decision came of the input. */
  readonly lead: LeadRecord | null;
  readonly target: string;
}

interface Telling {
  readonly hasIt: boolean;
  readonly of: (step: PoolStep) => readonly string[];
}

function reasonsIn(ask: Ask, pools: readonly Pool[], { hasIt, of }: Telling): readonly string[] {
  const { explanation, lead, target } = ask;
  if (hasIt) return [`${target} did get it.`];
  if (lead === null) return ['Nothing was assigned here: no decision came of this input.'];
  const linked = explanation.steps.find((step) => step.kind === 'LINKED');
  if (linked !== undefined) return [`Nobody was asked: the same person has the open lead ${linked.to}, and this one was linked to it.`];
  const asked = explanation.steps.filter((step) => step.kind === 'POOL');
  if (pools.length === 0 && asked.length === 0) return [`No pool of ${target} is in the rule set.`];
  const reached = new Set(asked.map(({ poolId }) => poolId));
  const unasked = pools.filter(({ poolId }) => !reached.has(poolId));
  const among = asked.filter((step) => pools.some(({ poolId }) => poolId === step.poolId) || hasCandidate(step, target));
  return [...among.flatMap(of), ...unasked.flatMap((pool) => unaskedReasons(ask, pool))];
}

function hasCandidate({ candidates }: PoolStep, target: string): boolean {
  return candidates.some(({ agentId }) => agentId === target);
}

function agentReasons(step: PoolStep, agentId: string): readonly string[] {
  const candidate = step.candidates.find((one) => one.agentId === agentId);
  const chosen = step.candidates.find(({ verdict }) => verdict === 'CHOSEN') ?? null;
  return candidate === undefined ? [] : [`In pool ${step.poolId}: ${passedOverWords(step, candidate, chosen)}`];
}

function poolReasons(ruleSet: RuleSet, step: PoolStep): readonly string[] {
  return [poolWords(ruleSet, step), ...step.candidates.map((candidate) => `  ${candidate.agentId}: ${candidateReason(step, candidate)}`)];
}

function candidateReason(step: PoolStep, candidate: Candidate): string {
  return passedOverWords(step, candidate, step.candidates.find(({ verdict }) => verdict === 'CHOSEN') ?? null);
}

/** The decision never came to the pool. */
function unaskedReasons(ask: Ask, { poolId }: Pool): readonly string[] {
  const { ruleSet, explanation, lead } = ask;
  const matched = explanation.steps.filter((step) => step.kind === 'RULE').at(-1)?.match ?? null;
  const where = lead?.poolId ?? 'another pool';
  if (matched === null) return [`Pool ${poolId} was not asked: no rule was run, and the lead went to pool ${where}.`];
  if (poolId === ruleSet.lastResortPool) {
    return [`Pool ${poolId} was not asked: the final decision makers get only what nobody else can take, and ${where} has it.`];
  }
  const into = [...ruleSet.pools.values()].filter(({ overflowTo }) => overflowTo === poolId).map((pool) => pool.poolId);
  const senders = ruleSet.rules.flatMap((rule, index) =>
    rule.to === poolId || rule.among?.pools.includes(poolId) === true ? [{ ruleId: rule.ruleId, index }] : [],
  );
  const overflow = into.length === 0 ? [] : [`Overflow from ${into.join(' or ')} leads to it, and did not get that far.`];
  if (senders.length === 0) return [`Pool ${poolId} was not asked: no rule sends leads there. ${overflow.join('')}`.trim()];
  const reasons = senders.map(({ ruleId, index }) => {
    if (index > matched.index) return `Rule ${ruleId} sends leads there, but comes after rule ${matched.rule.ruleId}, which matched.`;
    if (index === matched.index) return `Rule ${ruleId} sends leads there, but tried pool ${where} before it, which took it.`;
    const trace = explanation.rules.find((rule) => rule.ruleId === ruleId);
    if (trace?.matched === true)
      return `Rule ${ruleId} sends leads there and matched, but another of its pools was at its cap and passed it on.`;
    return `Rule ${ruleId} sends leads there, but does not match${trace === undefined ? '' : `: ${trace.reason}`}.`;
  });
  return [`Pool ${poolId} was not asked.`, ...[...reasons, ...overflow].map((reason) => `  ${reason}`)];
}

function decidedLead({ effects }: Explanation): LeadRecord | null {
  const decided = effects.find((effect) => effect.kind === 'DECISION');
  return decided === undefined ? null : decided.decision.lead;
}
