/**
 * What is known of how often a destination turns leads into what it is paid for: counts of outcomes at three levels (the destination, its
 * leads of one grade, those of one segment), and the belief that follows from them. A cell with few outcomes of its own borrows from
 * the wider ones (partial pooling): the destination's expected rate speaks for its other grades' outcomes, those for this grade's other
 * segments', and those for this cell; each level is worth as many outcomes as the prior is said to be. A wider level is asked without
 * the outcomes of the narrower one, so that no outcome is counted twice.
 */
import type { Grade } from '../lead.ts';

/** Outcomes known, and how many of them were conversions. Leads that are still open are in neither. */
export interface OutcomeCounts {
  readonly outcomes: number;
  readonly conversions: number;
}

/** What a destination is believed to do before anything was seen. */
export interface ConversionPrior {
  /** Above 0 and below 1. */
  readonly rate: number;
  /** How many outcomes that belief is worth; above 0. */
  readonly strength: number;
}

/** The shapes of a Beta distribution. */
export interface Belief {
  readonly a: number;
  readonly b: number;
}

/** Where an outcome counts: `destination/GRADE/segment`; nothing behind the second slash for leads of no segment. */
export type ConversionCell = string;

export const NO_OUTCOMES: OutcomeCounts = { outcomes: 0, conversions: 0 };

export function cellOf(lead: { readonly destinationId: string; readonly grade: Grade; readonly segment: string | null }): ConversionCell {
  return `${lead.destinationId}/${lead.grade}/${lead.segment ?? ''}`;
}

export function destinationOfCell(cell: ConversionCell): string {
  return cell.slice(0, cell.indexOf('/'));
}

/** The keys of the counts that a cell's belief is made of, widest first; the last is the cell itself. Ids hold no slash, segments may. */
export function levelsOf(cell: ConversionCell): readonly [destination: string, grade: string, cell: string] {
  const first = cell.indexOf('/');
  return [cell.slice(0, first), cell.slice(0, cell.indexOf('/', first + 1)), cell];
}

/** @param counts of a key of `levelsOf`. */
export function beliefIn(cell: ConversionCell, prior: ConversionPrior, counts: (key: string) => OutcomeCounts): Belief {
  const [ofDestination, ofGrade, own] = levelsOf(cell).map(counts);
  const [wide, middle, narrow] = [ofDestination ?? NO_OUTCOMES, ofGrade ?? NO_OUTCOMES, own ?? NO_OUTCOMES];
  const { strength } = prior;
  const otherGrades = pooled(prior.rate, strength, without(wide, middle));
  const otherSegments = pooled(otherGrades, strength, without(middle, narrow));
  const { outcomes, conversions } = narrow;
  return { a: strength * otherSegments + conversions, b: strength * (1 - otherSegments) + (outcomes - conversions) };
}

export function meanOf({ a, b }: Belief): number {
  return a / (a + b);
}

function pooled(rate: number, strength: number, { outcomes, conversions }: OutcomeCounts): number {
  return (strength * rate + conversions) / (strength + outcomes);
}

/** Never below nothing: counts are read without a lock, a wider one perhaps a moment before a narrower one. */
function without(all: OutcomeCounts, part: OutcomeCounts): OutcomeCounts {
  const conversions = Math.max(0, all.conversions - part.conversions);
  return { conversions, outcomes: Math.max(conversions, all.outcomes - part.outcomes) };
}
