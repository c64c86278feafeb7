/** The rules in their order: those that can never match, and grades that none of them takes. */
import type { Grade } from '../../lead.ts';
import type { Pool, Rule } from '../../rule-set.ts';
import type { CompiledRule } from '../read-rules.ts';
import { factTerm } from './fact-terms.ts';
import { findShadows } from './find-shadows.ts';
import { findWorld, isImpossible } from './find-world.ts';
import type { Findings } from './findings.ts';
import { atomsOf, type Formula } from './formula.ts';
import { AS_TABLES_STAND, lintCondition } from './lint-condition.ts';
import { type FormulaScope, readFormula } from './read-formula.ts';

export function lintRules(
  findings: Findings,
  { rules, pools }: { readonly rules: readonly CompiledRule[]; readonly pools: ReadonlyMap<string, Pool> },
  scope: FormulaScope,
): void {
  const formulas = rules.map(({ condition }) => readFormula(condition.ast, scope));
  const verdicts = findShadows(formulas, scope.environment.tables, (place) => isFinal(rules[place]?.rule, pools));
  rules.forEach(({ rule, condition }, index) => {
    const formula = formulas[index];
    const verdict = verdicts[index];
    if (formula === undefined || verdict === undefined) return;
    const place = findings.placeOf('rules', index, 'when');
    const isDead = lintCondition(findings, { condition, formula, place, who: `rule "${rule.ruleId}"`, about: rule.ruleId }, scope);
    if (isDead || verdict.kind !== 'SHADOWED') return;
    const others = verdict.by.map((at) => {
      const line = findings.lineOf(findings.placeOf('rules', at));
      return `"${rules[at]?.rule.ruleId}"${line === null ? '' : ` (line ${line})`}`;
    });
    const before =
      others.length === 1
        ? `rule ${others[0]} before it matches whenever it would`
        : `rules ${others.join(', ')} before it together match whenever it would`;
    const met = verdict.by
      .flatMap((at) => rules[at]?.condition.ast ?? [])
      .map((ast) => readFormula(ast, { ...scope, hasOpenTables: true }));
    const own = readFormula(condition.ast, { ...scope, hasOpenTables: true });
    const isDeadAnyway = isImpossible({ met: [own], notMet: met }, scope.environment.tables);
    const message = `rule "${rule.ruleId}" can never match${isDeadAnyway ? '' : AS_TABLES_STAND}: ${before}; put it before ${others.length === 1 ? 'that one' : 'them'}, or take it out`;
    const severity = isDeadAnyway ? 'ERROR' : 'WARNING';
    findings.add(place, { kind: 'UNREACHABLE_RULE', severity, about: rule.ruleId, message });
  });
  lintGrades(findings, formulas, scope);
}

/** At their cap some pools hand leads to the rules after theirs. */
function isFinal(rule: Rule | undefined, pools: ReadonlyMap<string, Pool>): boolean {
  if (rule === undefined) return false;
  const asked = [rule.to, ...(rule.among?.pools ?? [])];
  for (const poolId of asked) {
    const pool = pools.get(poolId);
    if (pool?.atCap === 'NEXT_RULE') return false;
    if (pool?.overflowTo != null && !asked.includes(pool.overflowTo)) asked.push(pool.overflowTo);
  }
  return true;
}

/** Only where rules ask for grades at all: of the others the grade says who comes first, no more. */
function lintGrades(findings: Findings, formulas: readonly Formula[], scope: FormulaScope): void {
  const { tables } = scope.environment;
  const asking = formulas.filter((formula) => atomsOf(formula).some(({ term }) => term.key === 'grade'));
  if (asking.length === 0) return;
  for (const grade of scope.domains.grades) {
    const is = isGrade(grade, scope);
    if (asking.some((formula) => !isImpossible({ met: [formula, is] }, tables))) continue;
    const left = findWorld({ met: [is], notMet: formulas }, tables);
    if (typeof left === 'string') continue;
    const message = `no rule asks for the grade ${grade}: such leads go to the last resort unless another rule takes them; add a rule for them`;
    findings.add(findings.placeOf('rules'), { kind: 'GRADE_WITHOUT_RULE', severity: 'WARNING', about: grade, message });
  }
}

function isGrade(grade: Grade, { domains }: FormulaScope): Formula {
  const term = factTerm('grade', domains);
  if (term === null) return { kind: 'and', parts: [] };
  return { kind: 'atom', term, test: (value) => value === grade, telling: { values: [grade] } };
}
