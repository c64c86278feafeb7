/** A rule set of which only the `scoring` section matters. */
import { compileRuleSet } from '../compile-rule-set.ts';
import type { RuleSet } from '../rule-set.ts';

const REST = `
name: scoring
rules: [{ id: all, when: 'true', to: team }]
lastResort: team
destinations: [{ id: sales, kind: SALES }]
pools: [{ id: team, destination: sales, acceptWithin: 1d, agents: [{ id: ann }] }]
`;

/** `scoring` is indented by two spaces. Throws all faults. */
export function compileScoring(scoring: string): RuleSet {
  const result = compileRuleSet({ source: `${REST}scoring:\n${scoring}`, tables: new Map(), hash: () => 'digest' });
  if (!result.ok) throw new Error(result.faults.map((fault) => fault.message).join('\n'));
  return result.ruleSet;
}
