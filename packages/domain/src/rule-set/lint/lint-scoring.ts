/** The scorecard: lines and grades whose conditions can never be true, thresholds that no lead reaches, grades behind others that take all. */
import type { Grade } from '../../lead.ts';
import type { GradeStep, Scorecard, ScorePart } from '../../scoring/score-lead.ts';
import type { FactDomains } from './fact-terms.ts';
import { factTerm } from './fact-terms.ts';
import { findShadows, type Verdict } from './find-shadows.ts';
import type { Findings } from './findings.ts';
import type { Formula, Term } from './formula.ts';
import { lintCondition } from './lint-condition.ts';
import { type FormulaScope, readFormula } from './read-formula.ts';
import { type Bounds, boundScore, type ScoreBounds } from './score-bounds.ts';

/** Grades and score are not known where lines are asked. */
const NOT_SCORED: FactDomains = { grades: [], score: { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY } };

const THRESHOLDS = [
  { key: 'minScore', of: (step: GradeStep) => step.minScore, bounds: (all: ScoreBounds): Bounds => all, what: 'the scorecard' },
  {
    key: 'minFit',
    of: (step: GradeStep) => step.minOfPart.FIT ?? null,
    bounds: (all: ScoreBounds) => all.ofPart.FIT,
    what: 'its fit part',
  },
  {
    key: 'minEngagement',
    of: (step: GradeStep) => step.minOfPart.ENGAGEMENT ?? null,
    bounds: (all: ScoreBounds) => all.ofPart.ENGAGEMENT,
    what: 'its engagement part',
  },
] as const;

/** What rules can find of scores and grades. */
export function lintScoring(findings: Findings, card: Scorecard, { environment }: Pick<FormulaScope, 'environment'>): FactDomains {
  const scope: FormulaScope = { environment, domains: NOT_SCORED };
  const lines = card.lines.map(({ when }) => readFormula(when.ast, scope));
  card.lines.forEach(({ name, when }, index) => {
    const formula = lines[index];
    const place = findings.placeOf('scoring', 'lines', index, 'when');
    if (formula !== undefined)
      lintCondition(findings, { condition: when, formula, place, who: `score line "${name}"`, about: name }, scope);
  });
  const bound = (given: readonly Formula[]): ScoreBounds => boundScore(card, { formulas: lines, given, tables: environment.tables });
  const bounds = bound([]);
  const scored: FormulaScope = { environment, domains: { ...NOT_SCORED, score: bounds } };
  const given = lintGradeSteps(findings, card, { scope: scored, bounds, bound });
  return { grades: given, score: bounds };
}

interface Scored {
  readonly scope: FormulaScope;
  readonly bounds: ScoreBounds;
  readonly bound: (given: readonly Formula[]) => ScoreBounds;
}

/** The grades that a lead can get. */
function lintGradeSteps(findings: Findings, card: Scorecard, { scope, bounds, bound }: Scored): readonly Grade[] {
  const formulas = card.grades.map((step) => stepFormula(step, { scope, bounds }));
  const everyone: Formula = { kind: 'and', parts: [] };
  const verdicts = findShadows([...formulas, everyone], scope.environment.tables);
  const reached = card.grades.map((step, index) => {
    const place = findings.placeOf('scoring', 'grades', index);
    const when = step.when === null ? [] : [readFormula(step.when.ast, scope)];
    const isDead =
      step.when !== null &&
      when[0] !== undefined &&
      lintCondition(
        findings,
        {
          ...{ condition: step.when, formula: when[0], who: `grade ${step.grade} ("${step.name}")`, about: step.name },
          place: findings.placeOf('scoring', 'grades', index, 'when'),
        },
        scope,
      );
    const isTooHigh = !isDead && lintThresholds(findings, { step, index }, bound(when));
    if (isDead || isTooHigh) return false;
    const verdict = verdicts[index];
    if (verdict?.kind === 'SHADOWED') tellShadow(findings, { grade: step.grade, name: step.name, place, verdict });
    return verdict?.kind !== 'SHADOWED';
  });
  const last = verdicts.at(-1);
  if (last?.kind === 'SHADOWED') {
    const place = findings.placeOf('scoring', 'grades', card.grades.length);
    tellShadow(findings, { ...card.lastGrade, place, verdict: last });
  }
  const given = card.grades.filter((_step, index) => reached[index]).map(({ grade }) => grade);
  return [...new Set([...given, card.lastGrade.grade])];
}

function lintThresholds(
  findings: Findings,
  { step, index }: { readonly step: GradeStep; readonly index: number },
  bounds: ScoreBounds,
): boolean {
  let isTooHigh = false;
  for (const { key, of, bounds: boundsOf, what } of THRESHOLDS) {
    const wanted = of(step);
    const { max } = boundsOf(bounds);
    if (wanted === null || wanted <= max) continue;
    isTooHigh = true;
    const whose = step.when === null ? '' : ' to leads that meet its condition';
    const message = `grade ${step.grade} ("${step.name}") is never given: ${key} is ${wanted}, and ${what} gives at most ${max} points${whose}; lower it, or add lines`;
    findings.add(findings.placeOf('scoring', 'grades', index, key), {
      kind: 'UNREACHABLE_SCORE',
      severity: 'ERROR',
      about: step.name,
      message,
    });
  }
  return isTooHigh;
}

function tellShadow(
  findings: Findings,
  {
    grade,
    name,
    place,
    verdict,
  }: {
    readonly grade: Grade;
    readonly name: string;
    readonly place: ReturnType<Findings['placeOf']>;
    readonly verdict: Verdict & { kind: 'SHADOWED' };
  },
): void {
  const lines = verdict.by.map((at) => findings.lineOf(findings.placeOf('scoring', 'grades', at)));
  const before = lines.length === 1 ? `the one in line ${lines[0]} is` : `those in lines ${lines.join(', ')} together are`;
  const message = `this grade ${grade} is never given: ${before} met whenever it would be; put it before, or take it out`;
  findings.add(place, { kind: 'UNREACHABLE_GRADE', severity: 'WARNING', about: name, message });
}

function stepFormula(step: GradeStep, { scope, bounds }: { readonly scope: FormulaScope; readonly bounds: ScoreBounds }): Formula {
  const score = factTerm('score', scope.domains);
  const parts: Formula[] = step.when === null ? [] : [readFormula(step.when.ast, scope)];
  if (step.minScore !== null && score !== null) parts.push(atLeast(score, step.minScore));
  for (const part of ['FIT', 'ENGAGEMENT'] as const satisfies readonly ScorePart[]) {
    const least = step.minOfPart[part];
    const term: Term = { key: `part ${part}`, domain: { type: 'number', isWhole: true, ...bounds.ofPart[part] }, canBeUnknown: false };
    if (least !== undefined) parts.push(atLeast(term, least));
  }
  return { kind: 'and', parts };
}

function atLeast(term: Term, least: number): Formula {
  return { kind: 'atom', term, test: (value) => typeof value === 'number' && value >= least, telling: { values: [least] } };
}
