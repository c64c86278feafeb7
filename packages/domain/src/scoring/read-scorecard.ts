/** The `scoring` section: scorecard lines, limits of groups, and the ordered grades. */
import type { CelEnvironment } from '../cel/cel-environment.ts';
import { compileConditionAt } from '../cel/compile-condition.ts';
import type { Condition } from '../cel/condition.ts';
import type { Grade } from '../lead.ts';
import { didYouMean } from '../rule-set/did-you-mean.ts';
import { entriesOf, fieldsOf, itemsOf, numberOf, oneOf, type Place, type RuleSetDocument, report, textOf } from '../rule-set/document.ts';
import type { GradeStep, ScoreCap, Scorecard, ScoreLine } from './score-lead.ts';

const GRADES = [
  'HOT',
  'HIGH_POTENTIAL',
  'NEED_INFORMATION',
  'LOW_POTENTIAL',
  'PARTNER_OPPORTUNITY',
  'NEED_NURTURING',
] as const satisfies readonly Grade[];
const POINTS = { min: -1_000_000, max: 1_000_000, integer: true } as const;

interface GradeEntry extends GradeStep {
  readonly place: Place;
}

export function readScorecard(document: RuleSetDocument, place: Place | null, environment: CelEnvironment): Scorecard | null {
  if (place === null) return null;
  const fields = fieldsOf(document, place, { required: ['grades'], optional: ['lines', 'limits', 'engagement'] });
  if (fields === null) return null;
  const caps = readCaps(document, fields.get('limits'));
  const lines = itemsOf(document, fields.get('lines')).map((item) => readLine(document, item, { caps, environment }));
  reportRepeats(
    document,
    lines.filter((line) => line !== null),
  );
  const grades = itemsOf(document, fields.get('grades')).map((item) => readGrade(document, item, environment));
  const known = grades.filter((grade) => grade !== null);
  const last = known.at(-1);
  if (last === undefined) {
    if (grades.length === 0) report(document, fields.get('grades') ?? place, { message: 'at least one grade is needed' });
    return null;
  }
  reportUnreachable(document, known, last);
  return {
    caps,
    lines: lines.filter((line) => line !== null).map((line) => line.line),
    grades: known.slice(0, -1),
    lastGrade: { grade: last.grade, name: last.name },
  };
}

function readCaps(document: RuleSetDocument, place: Place | null): readonly ScoreCap[] {
  if (place === null) return [];
  return (entriesOf(document, place) ?? []).map((entry) => {
    const fields = fieldsOf(document, entry.value, { optional: ['min', 'max'] });
    const min = numberOf(document, fields?.get('min') ?? null, POINTS);
    const max = numberOf(document, fields?.get('max') ?? null, POINTS);
    if (min !== null && max !== null && min > max) report(document, entry.value, { message: `min ${min} is above max ${max}` });
    return { name: entry.key, min, max };
  });
}

function readLine(
  document: RuleSetDocument,
  place: Place,
  known: { readonly caps: readonly ScoreCap[]; readonly environment: CelEnvironment },
): { readonly line: ScoreLine; readonly place: Place } | null {
  const fields = fieldsOf(document, place, { required: ['name', 'when', 'points'], optional: ['limit'] });
  if (fields === null) return null;
  const name = textOf(document, fields.get('name'));
  const points = numberOf(document, fields.get('points'), POINTS);
  const when = conditionAt(document, fields.get('when'), { environment: known.environment, notYet: ['score', 'grade'] });
  const limit = textOf(document, fields.get('limit'));
  const group = limit === null ? null : known.caps.findIndex((cap) => cap.name === limit);
  if (group === -1 && limit !== null) {
    const hint = didYouMean(
      limit,
      known.caps.map((cap) => cap.name),
    );
    report(document, fields.get('limit') ?? place, { message: `there is no limit "${limit}" in scoring.limits${hint}` });
  }
  if (name === null || points === null || when === null || group === -1) return null;
  return { line: { name, points, when, group }, place };
}

function readGrade(document: RuleSetDocument, place: Place, environment: CelEnvironment): GradeEntry | null {
  const fields = fieldsOf(document, place, { required: ['grade'], optional: ['name', 'minScore', 'when'] });
  const grade = oneOf(document, fields?.get('grade') ?? null, GRADES);
  if (fields === null || grade === null) return null;
  const whenPlace = fields.get('when');
  const when = conditionAt(document, whenPlace, { environment, notYet: ['grade'] });
  if (whenPlace !== null && when === null) return null;
  const minScore = numberOf(document, fields.get('minScore'), POINTS);
  const name = textOf(document, fields.get('name')) ?? defaultName(grade, { minScore, when });
  return { grade, minScore, when, name, place };
}

function defaultName(grade: Grade, step: { readonly minScore: number | null; readonly when: Condition | null }): string {
  const parts = [step.minScore === null ? null : `score of at least ${step.minScore}`, step.when === null ? null : step.when.source];
  const text = parts.filter((part) => part !== null).join(' and ');
  return text === '' ? `otherwise ${grade}` : text;
}

function conditionAt(
  document: RuleSetDocument,
  place: Place | null,
  scope: { readonly environment: CelEnvironment; readonly notYet: readonly ('score' | 'grade')[] },
): Condition | null {
  return place === null ? null : compileConditionAt({ document, place, ...scope });
}

function reportUnreachable(document: RuleSetDocument, grades: readonly GradeEntry[], last: GradeEntry): void {
  for (const grade of grades.slice(0, -1)) {
    if (grade.minScore === null && grade.when === null) {
      report(document, grade.place, {
        message: `grade ${grade.grade} needs "minScore" or "when": without one the grades after it are never reached`,
      });
    }
  }
  if (last.minScore !== null || last.when !== null) {
    report(document, last.place, { message: 'the last grade is for all the rest: leave out "minScore" and "when"' });
  }
}

function reportRepeats(document: RuleSetDocument, lines: readonly { readonly line: ScoreLine; readonly place: Place }[]): void {
  const seen = new Set<string>();
  for (const { line, place } of lines) {
    if (seen.has(line.name)) report(document, place, { message: `the name "${line.name}" stands twice: reasons could not be told apart` });
    seen.add(line.name);
  }
}
