/** The scorecard: points with reasons that sum to the score, and the first grade whose condition is met. */
import type { Condition } from '../cel/condition.ts';
import type { Engagement } from '../engagement.ts';
import { factsOf } from '../facts-of.ts';
import type { Enrichment, Grade, Lead, ScoreReason, Scoring } from '../lead.ts';

export interface ScoreLine {
  readonly name: string;
  readonly when: Condition;
  /** Whole points, so that sums are exact. */
  readonly points: number;
  /** Index into `caps`; null for a line of its own. */
  readonly group: number | null;
}

/** Bounds for the points of a group of lines. */
export interface ScoreCap {
  readonly name: string;
  readonly min: number | null;
  readonly max: number | null;
}

export interface GradeStep {
  readonly grade: Grade;
  readonly name: string;
  readonly minScore: number | null;
  readonly when: Condition | null;
}

export interface Scorecard {
  readonly lines: readonly ScoreLine[];
  readonly caps: readonly ScoreCap[];
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
  let score = 0;
  for (const line of card.lines) {
    if (!line.when.isMet(facts)) continue;
    reasons.push({ name: line.name, points: line.points });
    score += line.points;
    if (line.group !== null) groupPoints[line.group] = (groupPoints[line.group] ?? 0) + line.points;
  }
  card.caps.forEach((cap, index) => {
    const correction = correctionOf(cap, groupPoints[index] ?? 0);
    if (correction === 0) return;
    reasons.push({ name: `limit of ${cap.name}`, points: correction });
    score += correction;
  });
  const scored = factsOf(lead, { enrichment, scoring: { score, grade: NOT_SCORED_YET.grade }, isQualified, engagement });
  const step = card.grades.find((one) => (one.minScore === null || score >= one.minScore) && (one.when === null || one.when.isMet(scored)));
  const { grade, name } = step ?? card.lastGrade;
  return { score, grade, gradeReason: name, reasons };
}

function correctionOf(cap: ScoreCap, points: number): number {
  if (cap.max !== null && points > cap.max) return cap.max - points;
  if (cap.min !== null && points < cap.min) return cap.min - points;
  return 0;
}
