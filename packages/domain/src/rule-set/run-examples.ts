/** Runs a rule set's examples with the functions that decide about leads: enrich, score, match. */
import { FACT_FIELDS, isFactName } from '../cel/fact-fields.ts';
import { evaluateLead } from '../evaluate-lead.ts';
import type { Facts } from '../facts.ts';
import type { Scoring } from '../lead.ts';
import type { LeadEvent } from '../lead-history.ts';
import type { RuleSet, RuleSetFault } from '../rule-set.ts';
import type { ExampleLead, Expected, RuleSetExample } from './example.ts';

export interface Mismatch {
  /** rule, pool, destination, grade, score, or the name of a fact. */
  readonly what: string;
  readonly expected: string;
  readonly came: string;
}

export interface ExampleResult {
  readonly example: RuleSetExample;
  /** What became of the lead. */
  readonly came: {
    readonly rule: string;
    readonly pool: string;
    readonly destination: string;
    readonly grade: string;
    readonly score: number;
  };
  /** Empty: as expected. */
  readonly mismatches: readonly Mismatch[];
  /** Why it came otherwise, in plain words. */
  readonly reasons: readonly string[];
}

/** Nothing depends on the day, but that there is one from which to count back. */
const NOW = Date.UTC(2026, 0, 5, 12);

/** The same results for the same rule set. */
export function runExamples(ruleSet: RuleSet, examples: readonly RuleSetExample[]): readonly ExampleResult[] {
  return examples.map((example) => runExample(ruleSet, example));
}

/** Examples that do not hold, as faults at their place. */
export function exampleFaults(results: readonly ExampleResult[]): readonly RuleSetFault[] {
  return results
    .filter(({ mismatches }) => mismatches.length > 0)
    .map(({ example, mismatches, reasons }) => {
      const differs = mismatches.map(({ what, expected, came }) => `${what} is ${came}, not ${expected}`).join('; ');
      return { ...example.place, message: `example "${example.name}" does not hold: ${[differs, ...reasons].join('; ')}` };
    });
}

function runExample(ruleSet: RuleSet, example: RuleSetExample): ExampleResult {
  const { lead, person, isQualified } = example.given;
  const since = { history: historyOf(example.given), now: NOW };
  const { facts, scoring } = evaluateLead(ruleSet, { lead, person, isQualified, hashIdentity: (text) => text, since });
  const { rule } = ruleSet.matchRule(facts);
  const destination = ruleSet.pools.get(rule.to)?.destinationId ?? '';
  const came = { rule: rule.ruleId, pool: rule.to, destination, grade: scoring.grade, score: scoring.score };
  const mismatches = compare(example.expect, { came, facts, scoring });
  return { example, came, mismatches, reasons: reasonsFor(ruleSet, example.expect, { mismatches, facts, scoring }) };
}

function historyOf({ engaged }: ExampleLead): readonly LeadEvent[] {
  const event = { activity: 'ENGAGED', system: 'example', agentId: null, isHumanResponse: false, learned: [] } as const;
  return engaged.flatMap(({ what, agoMs, times }, index) =>
    Array.from({ length: times }, (_one, time) => ({ ...event, eventId: `${index}-${time}`, occurredAt: NOW - agoMs, reason: what })),
  );
}

interface Came {
  readonly came: ExampleResult['came'];
  readonly facts: Facts;
  readonly scoring: Scoring;
}

function compare(expect: Expected, { came, facts, scoring }: Came): readonly Mismatch[] {
  const mismatches: Mismatch[] = [];
  const look = (what: string, expected: string | undefined, found: string): void => {
    if (expected !== undefined && expected !== found) mismatches.push({ what, expected, came: found });
  };
  look('rule', expect.rule, came.rule);
  look('pool', expect.pool, came.pool);
  look('destination', expect.destination, came.destination);
  look('grade', expect.grade, came.grade);
  if (expect.grade === scoring.grade && expect.gradeReason !== undefined)
    look('reason of the grade', `"${expect.gradeReason}"`, `"${scoring.gradeReason}"`);
  const { score } = expect;
  if (score !== undefined && ((score.min !== null && scoring.score < score.min) || (score.max !== null && scoring.score > score.max)))
    mismatches.push({ what: 'score', expected: rangeWords(score), came: String(scoring.score) });
  for (const [name, expected] of expect.facts) look(name, wordsOr(expected), wordsOr(factWords(name, facts)));
  return mismatches;
}

/** As the reader of examples writes them: lists joined, nothing for what is not known. */
function factWords(name: string, facts: Facts): string {
  const value = isFactName(name) ? FACT_FIELDS[name].read(facts) : null;
  if (value === null) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

function wordsOr(text: string): string {
  return text === '' ? 'not known' : text;
}

function rangeWords({ min, max }: NonNullable<Expected['score']>): string {
  if (min !== null && max !== null) return min === max ? String(min) : `from ${min} to ${max}`;
  return min === null ? `at most ${max}` : `at least ${min}`;
}

function reasonsFor(
  ruleSet: RuleSet,
  expect: Expected,
  { mismatches, facts, scoring }: { readonly mismatches: readonly Mismatch[]; readonly facts: Facts; readonly scoring: Scoring },
): readonly string[] {
  if (mismatches.length === 0) return [];
  const traces = ruleSet.traceRules(facts);
  const wanted = traces.find(({ ruleId }) => ruleId === expect.rule);
  const matched = traces.at(-1);
  const reasons: string[] = [];
  if (wanted !== undefined && !wanted.matched) reasons.push(`rule "${wanted.ruleId}" was not met: ${wanted.reason}`);
  if (matched !== undefined && matched.ruleId !== expect.rule) reasons.push(`rule "${matched.ruleId}" matched: ${matched.reason}`);
  const isScored = mismatches.some(({ what }) => what === 'grade' || what === 'score' || what === 'reason of the grade');
  if (!isScored && expect.grade === undefined) return reasons;
  const points = scoring.reasons.map(({ name, points: worth }) => `${name} ${worth > 0 ? '+' : ''}${worth}`).join(', ');
  return [
    ...reasons,
    `graded ${scoring.grade} ("${scoring.gradeReason}") with a score of ${scoring.score}${points === '' ? '' : `: ${points}`}`,
  ];
}
