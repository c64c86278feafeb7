/** The same rules in the words of each engine that `npm run bench -- rules` compares: all answer with the place of the first rule that is met. */
import { createCelEnvironment } from '@lead-router/domain/cel/cel-environment.ts';
import { compileRuleSet } from '@lead-router/domain/compile-rule-set.ts';
import type { Facts } from '@lead-router/domain/facts.ts';
import type { Term, TerritoryRule } from './territory-rules.ts';

export interface RuleEngine {
  readonly name: string;
  /** Place of the first rule that is met, from 0; the number of rules when none is. */
  readonly decide: (facts: Facts) => number | Promise<number>;
}

const POOLS = 20;

function celOf(term: Term): string {
  const fact = `lead.${term.field}`;
  switch (term.kind) {
    case 'equals':
      return `${fact} == "${term.value}"`;
    case 'oneOf':
      return `${fact} in [${term.values.map((value) => `"${value}"`).join(', ')}]`;
    case 'startsWith':
    case 'endsWith':
      return `${fact}.${term.kind}("${term.value}")`;
    case 'holds':
      return `"${term.value}" in ${fact}`;
    case 'atLeast':
      return `${fact} >= ${term.value}`;
  }
}

function conditionOf(rule: TerritoryRule): string {
  return rule.map(celOf).join(' && ');
}

/** The whole document, as somebody would publish it. */
export function ruleSetSourceOf(rules: readonly TerritoryRule[]): string {
  return [
    'name: territories',
    'scoring: { lines: [{ name: base, when: "true", points: 1 }], grades: [{ grade: LOW_POTENTIAL }] }',
    'rules:',
    ...rules.map((rule, place) => `  - { id: r${place}, when: '${conditionOf(rule)}', to: pool-${place % POOLS} }`),
    'lastResort: final-decision-makers',
    'destinations: [{ id: sales, kind: SALES }]',
    'pools:',
    ...Array.from(
      { length: POOLS },
      (_, pool) => `  - { id: pool-${pool}, destination: sales, acceptWithin: 8h, agents: [{ id: a${pool} }] }`,
    ),
    '  - { id: final-decision-makers, destination: sales, acceptWithin: 1d, agents: [{ id: head }] }',
    '',
  ].join('\n');
}

/** Compiles what `ruleSetSourceOf` wrote. */
export function leadRouter(source: string): (facts: Facts) => number {
  const result = compileRuleSet({ source, tables: new Map(), hash: () => 'digest' });
  if (!result.ok) throw new Error(result.faults.map((fault) => `${fault.path}: ${fault.message}`).join('\n'));
  const { matchRule } = result.ruleSet;
  return (facts) => matchRule(facts).index;
}

export async function celInOrder(rules: readonly TerritoryRule[]): Promise<RuleEngine> {
  const environment = createCelEnvironment(new Map());
  const parsed = rules.map((rule) => environment.parse(conditionOf(rule)));
  return {
    name: '@marcbachmann/cel-js in order',
    decide(facts) {
      const place = parsed.findIndex((one) => environment.evaluate(one, facts) === true);
      return place < 0 ? rules.length : place;
    },
  };
}

/** Each rule has a priority of its own, and the first that is met stops the engine: its way to say "first match wins". */
export async function jsonRulesEngine(rules: readonly TerritoryRule[]): Promise<RuleEngine> {
  const { Engine } = await import('json-rules-engine');
  const engine = new Engine([], { allowUndefinedFacts: true });
  engine.addOperator('startsWith', (fact: unknown, value: string) => typeof fact === 'string' && fact.startsWith(value));
  engine.addOperator('endsWith', (fact: unknown, value: string) => typeof fact === 'string' && fact.endsWith(value));
  let met = rules.length;
  rules.forEach((rule, place) => {
    engine.addRule({
      conditions: { all: rule.map(jsonConditionOf) },
      event: { type: 'met' },
      priority: rules.length - place,
      onSuccess: () => {
        met = Math.min(met, place);
        engine.stop();
      },
    });
  });
  return {
    name: 'json-rules-engine',
    async decide(facts) {
      met = rules.length;
      await engine.run(known(facts));
      return met;
    },
  };
}

function jsonConditionOf(term: Term): { readonly fact: string; readonly operator: string; readonly value: unknown } {
  switch (term.kind) {
    case 'equals':
      return { fact: term.field, operator: 'equal', value: term.value };
    case 'oneOf':
      return { fact: term.field, operator: 'in', value: term.values };
    case 'holds':
      return { fact: term.field, operator: 'contains', value: term.value };
    case 'atLeast':
      return { fact: term.field, operator: 'greaterThanInclusive', value: term.value };
    default:
      return { fact: term.field, operator: term.kind, value: term.value };
  }
}

/** A decision table, the first row that is met: what zen-engine itself is fastest with. */
export async function zenEngine(rules: readonly TerritoryRule[]): Promise<RuleEngine> {
  const { ZenEngine } = await import('@gorules/zen-engine');
  const fields = [...new Set(rules.flatMap((rule) => rule.map((term) => term.field)))];
  const content = {
    inputs: fields.map((field) => ({ id: field, name: field, field })),
    outputs: [{ id: 'place', name: 'place', field: 'place' }],
    rules: rules.map((rule, place) => ({
      _id: `r${place}`,
      place: String(place),
      ...Object.fromEntries(fields.map((field) => [field, ''])),
      ...Object.fromEntries(rule.map((term) => [term.field, zenCellOf(term)])),
    })),
    hitPolicy: 'first',
  };
  const decision = new ZenEngine().createDecision({
    nodes: [
      { id: 'in', type: 'inputNode', name: 'in', position: { x: 0, y: 0 } },
      { id: 'table', type: 'decisionTableNode', name: 'table', position: { x: 1, y: 0 }, content },
      { id: 'out', type: 'outputNode', name: 'out', position: { x: 2, y: 0 } },
    ],
    edges: [
      { id: 'e1', type: 'edge', sourceId: 'in', targetId: 'table' },
      { id: 'e2', type: 'edge', sourceId: 'table', targetId: 'out' },
    ],
  });
  return {
    name: '@gorules/zen-engine',
    async decide(facts) {
      const { result } = await decision.evaluate(known(facts));
      return typeof result?.place === 'number' ? result.place : rules.length;
    },
  };
}

function zenCellOf(term: Term): string {
  switch (term.kind) {
    case 'equals':
      return `"${term.value}"`;
    case 'oneOf':
      return term.values.map((value) => `"${value}"`).join(', ');
    case 'holds':
      return `contains($, "${term.value}")`;
    case 'atLeast':
      return `>= ${term.value}`;
    default:
      return `${term.kind}($, "${term.value}")`;
  }
}

function known(facts: Facts): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
}
