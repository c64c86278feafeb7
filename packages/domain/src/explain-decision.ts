/**
 * Why this owner, and why not another: a recorded batch decided once more, listening to one of its inputs. Nothing is explained that
 * was not decided on, because the explanation is the decision.
 */
import { type DecideBatchRequest, decideBatch } from './decide-batch.ts';
import { SHARING } from './decide-candidates.ts';
import { factsOf } from './decide-rules.ts';
import type { Candidate, DecisionTrace, TraceStep } from './decide-trace.ts';
import {
  candidateWords,
  effectWords,
  ignoredWords,
  inputWords,
  ledgerWords,
  passedOnWords,
  poolWords,
  rankedWords,
  unclaimedWords,
} from './explain-words.ts';
import type { LeadId } from './lead.ts';
import { marginWords } from './margin/margin-words.ts';
import type { BatchEffect, IgnoredInput, RouterInput } from './routing-model.ts';
import type { RuleSet, RuleTrace } from './rule-set.ts';

export interface Explanation {
  readonly leadId: LeadId;
  readonly input: RouterInput;
  /** What came of the input: decisions, changes, SLA events. */
  readonly effects: readonly BatchEffect[];
  /** Why nothing came of it; null if something did. */
  readonly ignored: IgnoredInput['reason'] | null;
  /** Up to and including the rule that matched; empty where no rule was asked. */
  readonly rules: readonly RuleTrace[];
  readonly steps: readonly TraceStep[];
  /** Each of `steps` in plain words. */
  readonly stepLines: readonly (readonly string[])[];
  /** All of it in plain words, for people. */
  readonly lines: readonly string[];
}

export type ExplainResult =
  | { readonly kind: 'EXPLAINED'; readonly explanation: Explanation }
  | { readonly kind: 'NO_SUCH_INPUT' }
  /** The record does not hold all that the batch looked at: it is not the record of this batch. */
  | { readonly kind: 'RECORD_INCOMPLETE' };

/** `batch` as it was decided: the snapshot and inputs recorded, the rule set version of then, its `now` and seed. */
export function explainDecision(batch: DecideBatchRequest, inputIndex: number): ExplainResult {
  const input = batch.inputs[inputIndex];
  if (input === undefined) return { kind: 'NO_SUCH_INPUT' };
  const steps: DecisionTrace = [];
  const outcome = decideBatch(batch, { inputIndex, trace: steps });
  if (outcome.kind === 'MISSING_LOCKS') return { kind: 'RECORD_INCOMPLETE' };
  const effects = outcome.effects.filter((effect) => effect.inputIndex === inputIndex);
  const ignored = outcome.ignored.find((one) => one.inputIndex === inputIndex)?.reason ?? null;
  const rules = steps.some((step) => step.kind === 'RULE') ? traceRules(batch.ruleSet, input, effects) : [];
  const words = steps.map((step) => stepLines(batch.ruleSet, step));
  const lines = [
    inputWords(input),
    ...effects.map((effect) => effectWords(effect)),
    ...(ignored === null ? [] : [ignoredWords(ignored)]),
    ...rules.map((rule) => `Rule ${rule.ruleId}: ${rule.matched ? 'matches' : 'does not match'}: ${rule.reason}.`),
    ...words.flat(),
  ];
  return { kind: 'EXPLAINED', explanation: { leadId: input.leadId, input, effects, ignored, rules, steps, stepLines: words, lines } };
}

function traceRules(ruleSet: RuleSet, input: DecideBatchRequest['inputs'][number], effects: readonly BatchEffect[]): readonly RuleTrace[] {
  const decided = effects.find((effect) => effect.kind === 'DECISION');
  const facts = factsOf({ isQualified: decided?.decision.lead.isQualified ?? false }, input.facts ?? null);
  return facts === null ? [] : ruleSet.traceRules(facts);
}

function stepLines(ruleSet: RuleSet, step: TraceStep): readonly string[] {
  switch (step.kind) {
    case 'LINKED':
      return [`The same person (${step.identity}) has the open lead ${step.to}: told to its owner, not worked twice.`];
    case 'RULE':
      return step.match.rule.description === ''
        ? []
        : [`Rule ${step.match.rule.ruleId}: "${step.match.rule.description}", to ${step.match.rule.to}.`];
    case 'RANKED':
      return [rankedWords(step), ...marginWords(step.margins ?? []).map((words) => `  ${words}`)];
    case 'PASSED_ON':
      return [passedOnWords(step)];
    case 'NO_RULE':
      return [`No rule could be asked: ${step.reason}.`];
    case 'UNCLAIMED':
      return [unclaimedWords(step)];
    case 'NOBODY_EVER':
      return [`Nobody in pool ${step.poolId}, nor in those it overflows into, could ever take it: it goes to the final decision makers.`];
    case 'QUEUED':
      return [`It waits in pool ${step.poolId}.`];
    case 'POOL':
      return [poolWords(ruleSet, step), ...[...candidateLines(step), ...ledgerWords(step)].map((words) => `  ${words}`)];
  }
}

function candidateLines(step: Extract<TraceStep, { readonly kind: 'POOL' }>): readonly string[] {
  return sharesOf(step.candidates).map(([candidate, share]) => candidateWords(step, candidate, share));
}

/** Each candidate with its share of the weight of those who could be chosen, 0 to 1. */
function sharesOf(candidates: readonly Candidate[]): readonly (readonly [Candidate, number])[] {
  const canHave = (candidate: Candidate): boolean => SHARING.includes(candidate.verdict);
  const weights = candidates.filter(canHave).reduce((sum, candidate) => sum + candidate.weight, 0);
  return candidates.map((candidate) => [candidate, canHave(candidate) ? candidate.weight / weights : 0] as const);
}
