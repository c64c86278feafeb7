/** The `scoring` section: scorecard lines, limits of groups and of the two parts, and the ordered grades. */
import type { CelEnvironment } from '../cel/cel-environment.ts';
import { compileConditionAt } from '../cel/compile-condition.ts';
import type { Condition } from '../cel/condition.ts';
import type { Grade } from '../lead.ts';
import { didYouMean } from '../rule-set/did-you-mean.ts';
import { entriesOf, fieldsOf, itemsOf, numberOf, oneOf, type Place, type RuleSetDocument, report, textOf } from '../rule-set/document.ts';
import { uniqueNames } from '../rule-set/unique-names.ts';
import type { GradeStep, ScoreCap, Scorecard, ScoreLine, ScorePart } from './score-lead.ts';

const GRADES = [
  'HOT',
  'HIGH_POTENTIAL',
  'NEED_INFORMATION',
  'LOW_POTENTIAL',
  'PARTNER_OPPORTUNITY',
  'NEED_NURTURING',
] as const satisfies readonly Grade[];
/** As they are written in the document. */
const PART_NAMES = ['fit', 'engagement'] as const;
type PartName = (typeof PART_NAMES)[number];
const PARTS: Readonly<Record<PartName, ScorePart>> = { fit: 'FIT', engagement: 'ENGAGEMENT' };
const POINTS = { min: -1_000_000, max: 1_000_000, integer: true } as const;

interface GradeEntry extends GradeStep {
  readonly place: Place;
}

/** Which part a limit is of says the first line that names it. */
type Limit = Omit<ScoreCap, 'part'>;

interface LineEntry {
  readonly line: ScoreLine;
  readonly place: Place;
}

export function readScorecard(document: RuleSetDocument, place: Place | null, environment: CelEnvironment): Scorecard | null {
  if (place === null) return null;
  const fields = fieldsOf(document, place, { required: ['grades'], optional: ['lines', 'limits', 'parts', 'engagement'] });
  if (fields === null) return null;
  const limits = readLimits(document, fields.get('limits'));
  const lines = itemsOf(document, fields.get('lines'))
    .map((item) => readLine(document, item, { limits, environment }))
    .filter((line) => line !== null);
  reportRepeats(document, lines);
  const grades = itemsOf(document, fields.get('grades')).map((item) => readGrade(document, item, environment));
  const known = grades.filter((grade) => grade !== null);
  const last = known.at(-1);
  if (last === undefined) {
    if (grades.length === 0) report(document, fields.get('grades') ?? place, { message: 'at least one grade is needed' });
    return null;
  }
  reportUnreachable(document, known, last);
  return {
    caps: limits.map((limit, group) => ({ ...limit, part: partOf(document, lines, { limit, group }) })),
    partCaps: readPartCaps(document, fields.get('parts')),
    lines: lines.map(({ line }) => line),
    grades: known.slice(0, -1),
    lastGrade: { grade: last.grade, name: last.name },
  };
}

function readLimits(document: RuleSetDocument, place: Place | null): readonly Limit[] {
  if (place === null) return [];
  return (entriesOf(document, place) ?? []).map(({ key, value }) => {
    if (Object.hasOwn(PARTS, key)) report(document, value, { message: `"${key}" is a part of the score: bound it in scoring.parts` });
    return { name: key, ...readBounds(document, value) };
  });
}

function readPartCaps(document: RuleSetDocument, place: Place | null): readonly ScoreCap[] {
  if (place === null) return [];
  const fields = fieldsOf(document, place, { optional: PART_NAMES });
  return PART_NAMES.flatMap((name) => {
    const bounds = fields?.get(name) ?? null;
    return bounds === null ? [] : [{ name, part: PARTS[name], ...readBounds(document, bounds) }];
  });
}

function readBounds(document: RuleSetDocument, place: Place): Pick<ScoreCap, 'min' | 'max'> {
  const fields = fieldsOf(document, place, { optional: ['min', 'max'] });
  const min = numberOf(document, fields?.get('min') ?? null, POINTS);
  const max = numberOf(document, fields?.get('max') ?? null, POINTS);
  if (min !== null && max !== null && min > max) report(document, place, { message: `min ${min} is above max ${max}` });
  return { min, max };
}

/** What a limit takes away has to be taken from one of the parts. */
function partOf(
  document: RuleSetDocument,
  lines: readonly LineEntry[],
  { limit, group }: { readonly limit: Limit; readonly group: number },
): ScorePart {
  const members = lines.filter(({ line }) => line.group === group);
  const part = members[0]?.line.part ?? 'FIT';
  const other = members.find(({ line }) => line.part !== part);
  if (other !== undefined) {
    report(document, other.place, { message: `limit "${limit.name}" bounds lines of both parts: give each part a limit of its own` });
  }
  return part;
}

function readLine(
  document: RuleSetDocument,
  place: Place,
  known: { readonly limits: readonly Limit[]; readonly environment: CelEnvironment },
): LineEntry | null {
  const fields = fieldsOf(document, place, { required: ['name', 'when', 'points'], optional: ['part', 'limit'] });
  if (fields === null) return null;
  const name = textOf(document, fields.get('name'));
  const points = numberOf(document, fields.get('points'), POINTS);
  const when = conditionAt(document, fields.get('when'), { environment: known.environment, notYet: ['score', 'grade'] });
  const limit = textOf(document, fields.get('limit'));
  const group = limit === null ? null : known.limits.findIndex((one) => one.name === limit);
  const part = PARTS[oneOf(document, fields.get('part'), PART_NAMES) ?? 'fit'];
  if (group === -1 && limit !== null) {
    const hint = didYouMean(
      limit,
      known.limits.map((one) => one.name),
    );
    report(document, fields.get('limit') ?? place, { message: `there is no limit "${limit}" in scoring.limits${hint}` });
  }
  if (name === null || points === null || when === null || group === -1) return null;
  return { line: { name, part, points, when, group }, place };
}

function readGrade(document: RuleSetDocument, place: Place, environment: CelEnvironment): GradeEntry | null {
  const fields = fieldsOf(document, place, {
    required: ['grade'],
    optional: ['name', 'minScore', 'minFit', 'minEngagement', 'when', 'examples'],
  });
  const grade = oneOf(document, fields?.get('grade') ?? null, GRADES);
  if (fields === null || grade === null) return null;
  const whenPlace = fields.get('when');
  const when = conditionAt(document, whenPlace, { environment, notYet: ['grade'] });
  if (whenPlace !== null && when === null) return null;
  const minScore = numberOf(document, fields.get('minScore'), POINTS);
  const fit = numberOf(document, fields.get('minFit'), POINTS);
  const engagement = numberOf(document, fields.get('minEngagement'), POINTS);
  const minOfPart = { ...(fit === null ? {} : { FIT: fit }), ...(engagement === null ? {} : { ENGAGEMENT: engagement }) };
  const step = { grade, minScore, minOfPart, when };
  return { ...step, name: textOf(document, fields.get('name')) ?? defaultName(step), place };
}

function defaultName({ grade, minScore, minOfPart, when }: Omit<GradeStep, 'name'>): string {
  const least = [
    ['score', minScore],
    ['fit', minOfPart.FIT ?? null],
    ['engagement', minOfPart.ENGAGEMENT ?? null],
  ] as const;
  const parts = least.flatMap(([what, points]) => (points === null ? [] : [`${what} of at least ${points}`]));
  const text = [...parts, ...(when === null ? [] : [when.source])].join(' and ');
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
    if (!isConditional(grade)) {
      report(document, grade.place, {
        message: `grade ${grade.grade} needs "minScore", "minFit", "minEngagement" or "when": without one the grades after it are never reached`,
      });
    }
  }
  if (isConditional(last)) {
    report(document, last.place, {
      message: 'the last grade is for all the rest: leave out "minScore", "minFit", "minEngagement" and "when"',
    });
  }
}

function isConditional({ minScore, minOfPart, when }: GradeStep): boolean {
  return minScore !== null || minOfPart.FIT !== undefined || minOfPart.ENGAGEMENT !== undefined || when !== null;
}

function reportRepeats(document: RuleSetDocument, lines: readonly LineEntry[]): void {
  const isNew = uniqueNames(document, { what: 'the name', advice: ': reasons could not be told apart' });
  for (const { line, place } of lines) isNew(line.name, place);
}
