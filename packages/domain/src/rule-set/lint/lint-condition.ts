/** A condition by itself: grades that are not given, conditions and alternatives that can never be true. */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Condition } from '../../cel/condition.ts';
import { childrenOf, factNameOf, flatten, literalOf } from '../../cel/read-ast.ts';
import type { Place } from '../document.ts';
import { isImpossible } from './find-world.ts';
import type { Findings } from './findings.ts';
import { atomsOf, type Formula } from './formula.ts';
import { missingCellIn } from './missing-cell.ts';
import { type FormulaScope, readFormula } from './read-formula.ts';

export interface LintedCondition {
  readonly condition: Condition;
  readonly formula: Formula;
  readonly place: Place;
  /** Begins the message: `rule "x"`. */
  readonly who: string;
  readonly about: string;
}

/** Rows to come may change it. */
export const AS_TABLES_STAND = ' as the tables stand';

/** True when something was found that keeps the whole condition from ever being true. */
export function lintCondition(findings: Findings, linted: LintedCondition, scope: FormulaScope): boolean {
  const { condition, formula, who, about, place } = linted;
  const { tables } = scope.environment;
  const isDead = isImpossible({ met: [formula] }, tables);
  const grades = lintGradeWords(findings, { ...linted, isDead }, scope);
  if (!isDead) {
    for (const part of deadAlternatives(condition.ast, { given: [], scope })) {
      if (grades.some((node) => isWithin(node, part))) continue;
      const text = textOf(condition, part);
      const missing = missingCellIn(part, tables);
      const why = missing === null ? '' : `: ${missing}`;
      const message = `${who}: the alternative ${text} can never be true where it is asked${why}; correct it, or take it out`;
      findings.add(
        place,
        { kind: 'IMPOSSIBLE_PART', severity: 'WARNING', about, message },
        { source: condition.source, range: part.range },
      );
    }
    return false;
  }
  const core = smallestImpossible(condition.ast, scope);
  if (grades.some((node) => core.some((part) => isWithin(node, part)))) return true;
  const isDeadAnyway = isImpossible({ met: [readFormula(condition.ast, { ...scope, hasOpenTables: true })] }, tables);
  const message = `${who} can never match${isDeadAnyway ? '' : AS_TABLES_STAND}: ${whyImpossible(condition, core, scope)}; correct the condition, or take it out`;
  findings.add(
    place,
    { kind: 'IMPOSSIBLE_CONDITION', severity: isDeadAnyway ? 'ERROR' : 'WARNING', about, message },
    { source: condition.source, range: core.at(-1)?.range },
  );
  return true;
}

/** The parts of the conjunction that exclude each other: none of them can be left out. */
function smallestImpossible(ast: ASTNode, scope: FormulaScope): readonly ASTNode[] {
  let parts = flatten(ast, '&&');
  for (const part of parts) {
    const without = parts.filter((one) => one !== part);
    if (isImpossible({ met: without.map((one) => readFormula(one, scope)) }, scope.environment.tables)) parts = without;
  }
  return parts;
}

function whyImpossible(condition: Condition, core: readonly ASTNode[], scope: FormulaScope): string {
  const texts = core.map((part) => textOf(condition, part));
  if (texts.length === 2) return `${texts.join(' and ')} exclude each other`;
  if (texts.length > 2) return `${texts.join(', ')} exclude each other when taken together`;
  const [part] = core;
  const missing = part === undefined ? null : missingCellIn(part, scope.environment.tables);
  if (missing !== null) return `${texts[0]} is true of no lead, as ${missing}`;
  const asksScore = part !== undefined && atomsOf(readFormula(part, scope)).some(({ term }) => term.key === 'score');
  const { min, max } = scope.domains.score;
  const bounds = asksScore ? `: the scorecard gives from ${min} to ${max} points` : '';
  return `${texts[0] ?? 'it'} is true of no lead${bounds}`;
}

/** Alternatives of `||` that add nothing, whatever stands beside them. */
function deadAlternatives(
  node: ASTNode,
  { given, scope }: { readonly given: readonly Formula[]; readonly scope: FormulaScope },
): readonly ASTNode[] {
  if (node.op === '&&') {
    const parts = flatten(node, '&&');
    return parts.flatMap((part) => {
      const others = parts.filter((one) => one !== part).map((one) => readFormula(one, scope));
      return deadAlternatives(part, { given: [...given, ...others], scope });
    });
  }
  if (node.op !== '||') return [];
  return flatten(node, '||').flatMap((part) => {
    if (isImpossible({ met: [readFormula(part, scope), ...given] }, scope.environment.tables)) return [part];
    return deadAlternatives(part, { given, scope });
  });
}

/** Comparisons with grades that the scorecard does not give; the literals at fault. Other words that do not exist are faults already. */
function lintGradeWords(
  findings: Findings,
  { condition, place, who, about, isDead }: LintedCondition & { readonly isDead: boolean },
  { domains }: FormulaScope,
): readonly ASTNode[] {
  const wrong = gradesIn(condition.ast).filter(({ grade }) => !domains.grades.some((one) => one === grade));
  for (const { grade, node } of wrong) {
    const message = `${who}: no lead gets the grade ${grade}: scoring.grades gives ${domains.grades.join(', ')}; add it there, or take it out here`;
    const severity = isDead ? 'ERROR' : 'WARNING';
    findings.add(place, { kind: 'GRADE_NEVER_GIVEN', severity, about, message }, { source: condition.source, range: node.range });
  }
  return wrong.map(({ node }) => node);
}

interface AskedGrade {
  readonly grade: string;
  readonly node: ASTNode;
}

function gradesIn(node: ASTNode): readonly AskedGrade[] {
  const deeper = childrenOf(node).flatMap(gradesIn);
  if (node.op === 'in') {
    const [element, list] = node.args;
    return [...deeper, ...(list.op === 'list' ? list.args.flatMap((item) => gradeOf(element, item)) : [])];
  }
  if (node.op !== '==' && node.op !== '!=') return deeper;
  const [left, right] = node.args;
  return [...deeper, ...gradeOf(left, right), ...gradeOf(right, left)];
}

function gradeOf(asked: ASTNode, node: ASTNode): readonly AskedGrade[] {
  const grade = literalOf(node);
  return factNameOf(asked) === 'grade' && typeof grade === 'string' ? [{ grade, node }] : [];
}

function isWithin(node: ASTNode, part: ASTNode): boolean {
  return part.range.start <= node.range.start && node.range.end <= part.range.end;
}

function textOf({ source }: Condition, { range }: ASTNode): string {
  return `\`${source.slice(range.start, range.end).replaceAll(/\s+/g, ' ')}\``;
}
