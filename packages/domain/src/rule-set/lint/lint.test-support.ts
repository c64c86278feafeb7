/** Small rule sets for tests of what `rules check` finds. */
import { compileRuleSet } from '../../compile-rule-set.ts';
import type { RuleSetResult } from '../../rule-set.ts';

/** Sections that a test does not give itself. */
const REST = {
  scoring: 'scoring: { grades: [{ grade: LOW_POTENTIAL }] }',
  destinations: 'destinations: [{ id: sales, kind: SALES, webhook: { url: https://crm.example.com, secretEnv: SECRET } }]',
  pools: 'pools: [{ id: team, destination: sales, acceptWithin: 1d, agents: [{ id: ann }] }]',
  lastResort: 'lastResort: team',
};

/** Rules `r0`, `r1`, … with these conditions, one a line from line 3. Throws all faults. */
export function compiled(given: {
  readonly conditions: readonly string[];
  /** Whole sections, each instead of the usual one. */
  readonly parts?: readonly string[];
}): RuleSetResult & { readonly ok: true } {
  const { parts = [] } = given;
  const rules = given.conditions.map((when, index) => `  - { id: r${index}, when: ${JSON.stringify(when)}, to: team }`);
  const usual = Object.entries(REST).flatMap(([name, text]) => (parts.some((part) => part.startsWith(`${name}:`)) ? [] : [text]));
  const own = parts.some((part) => part.startsWith('rules:')) ? [] : ['rules:', ...rules];
  const source = ['name: linted', ...own, ...usual, ...parts].join('\n');
  const result = compileRuleSet({ source, tables: new Map(), hash: () => 'digest' });
  if (!result.ok) throw new Error(`${result.faults.map(({ message }) => message).join('\n')}\n${source}`);
  return result;
}
