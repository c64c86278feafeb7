/**
 * The scorecard: points with reasons that sum to the score, and the first grade whose condition is met. Points are of two parts: fit (who
 * the lead is, what it has answered) and engagement (what the person has done of late), each with bounds of its own, so that no amount of
 * clicks makes up for somebody who cannot buy.
 */
import type { Condition } from '../cel/condition.ts';
import type { Engagement } from '../engagement.ts';
import { factsOf } from '../facts-of.ts';
import type { Enrichment, Grade, Lead, ScoreReason, Scoring } from '../lead.ts';

export type ScorePart = 'FIT' | 'ENGAGEMENT';

export interface ScoreLine {
  readonly name: string;
  readonly part: ScorePart;
  readonly when: Condition;
  /** Whole points, so that sums are exact. */
  readonly points: number;
  /** Index into `caps`; null for a line of its own. */
  readonly group: number | null;
}

/** Bounds for the points of a group of lines, all of one part; with that part's name, of the whole part. */
export interface ScoreCap {
  readonly name: string;
  readonly part: ScorePart;
  readonly min: number | null;
  readonly max: number | null;
}

export interface GradeStep {
  readonly grade: Grade;
  readonly name: string;
  readonly minScore: number | null;
  /** Least points of each part that is named. */
  readonly minOfPart: Readonly<Partial<Record<ScorePart, number>>>;
  readonly when: Condition | null;
}

export interface Scorecard {
  readonly lines: readonly ScoreLine[];
  readonly caps: readonly ScoreCap[];
  /** Applied after `caps`. */
  readonly partCaps: readonly ScoreCap[];
  readonly grades: readonly GradeStep[];
  /** When no step is met. */
  readonly lastGrade: { readonly grade: Grade; readonly name: string };
}

/** Conditions of the scorecard cannot ask for these: compilation refuses it. */
const NOT_SCORED_YET = { score: 0, grade: 'NEED_NURTURING' } as const;

export function scoreLead(
  card: Scorecard,
  subject: { readonly lead: Lead; readonly enrichment: Enrichment; readonly isQualified: boolean; readonly engagement: Engagement },
): Scoring {
  const { lead, enrichment, isQualified, engagement } = subject;
  const facts = factsOf(lead, { enrichment, scoring: NOT_SCORED_YET, isQualified, engagement });
  const reasons: ScoreReason[] = [];
  const groupPoints = card.caps.map(() => 0);
  const points = { FIT: 0, ENGAGEMENT: 0 };
  for (const line of card.lines) {
    if (!line.when.isMet(facts)) continue;
    reasons.push({ name: line.name, points: line.points });
    points[line.part] += line.points;
    if (line.group !== null) groupPoints[line.group] = (groupPoints[line.group] ?? 0) + line.points;
  }
  const limit = (cap: ScoreCap, sum: number): void => {
    const correction = correctionOf(cap, sum);
    if (correction === 0) return;
    reasons.push({ name: `limit of ${cap.name}`, points: correction });
    points[cap.part] += correction;
  };
  card.caps.forEach((cap, index) => {
    limit(cap, groupPoints[index] ?? 0);
  });
  for (const cap of card.partCaps) limit(cap, points[cap.part]);
  const score = points.FIT + points.ENGAGEMENT;
  const scored = factsOf(lead, { enrichment, scoring: { score, grade: NOT_SCORED_YET.grade }, isQualified, engagement });
  const step = card.grades.find((one) => isReached(one, { score, points }) && (one.when === null || one.when.isMet(scored)));
  const { grade, name } = step ?? card.lastGrade;
  return { score, grade, gradeReason: name, reasons };
}

function isReached(
  step: GradeStep,
  { score, points }: { readonly score: number; readonly points: Readonly<Record<ScorePart, number>> },
): boolean {
  const { minScore, minOfPart } = step;
  if (minScore !== null && score < minScore) return false;
  return (
    points.FIT >= (minOfPart.FIT ?? Number.NEGATIVE_INFINITY) && points.ENGAGEMENT >= (minOfPart.ENGAGEMENT ?? Number.NEGATIVE_INFINITY)
  );
}

function correctionOf(cap: ScoreCap, points: number): number {
  if (cap.max !== null && points > cap.max) return cap.max - points;
  if (cap.min !== null && points < cap.min) return cap.min - points;
  return 0;
}
