/**
 * Bounds that no score can pass: the points of all lines that can be met, of lines that exclude each other only the largest, within their
 * limits. No lead need reach a bound, but none passes it.
 */
import type { Scorecard, ScoreLine, ScorePart } from '../../scoring/score-lead.ts';
import type { ReferenceTables } from '../reference-table.ts';
import { isImpossible } from './find-world.ts';
import type { Formula } from './formula.ts';

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

export interface ScoreBounds extends Bounds {
  readonly ofPart: Readonly<Record<ScorePart, Bounds>>;
}

interface AskedLine {
  readonly line: ScoreLine;
  readonly formula: Formula;
}

/** `given`: what is known of the leads whose score it is. `formulas` are those of the scorecard's lines. */
export function boundScore(
  card: Scorecard,
  {
    formulas,
    given,
    tables,
  }: { readonly formulas: readonly Formula[]; readonly given: readonly Formula[]; readonly tables: ReferenceTables },
): ScoreBounds {
  const lines = card.lines.flatMap((line, index): readonly AskedLine[] => {
    const formula = formulas[index];
    return formula === undefined || isImpossible({ met: [formula, ...given] }, tables) ? [] : [{ line, formula }];
  });
  const excludes = (one: AskedLine, other: AskedLine): boolean => isImpossible({ met: [one.formula, other.formula, ...given] }, tables);
  const fit = boundPart('FIT', card, { lines, excludes });
  const engagement = boundPart('ENGAGEMENT', card, { lines, excludes });
  return { min: fit.min + engagement.min, max: fit.max + engagement.max, ofPart: { FIT: fit, ENGAGEMENT: engagement } };
}

interface Lines {
  readonly lines: readonly AskedLine[];
  readonly excludes: (one: AskedLine, other: AskedLine) => boolean;
}

function boundPart(part: ScorePart, card: Scorecard, { lines, excludes }: Lines): Bounds {
  const own = lines.filter(({ line }) => line.part === part);
  const free = boundSum(
    own.filter(({ line }) => line.group === null),
    excludes,
  );
  const groups = card.caps.flatMap((cap, index) =>
    cap.part === part
      ? [
          within(
            cap,
            boundSum(
              own.filter(({ line }) => line.group === index),
              excludes,
            ),
          ),
        ]
      : [],
  );
  const sum = [free, ...groups].reduce((all, one) => ({ min: all.min + one.min, max: all.max + one.max }));
  const cap = card.partCaps.find((one) => one.part === part);
  return cap === undefined ? sum : within(cap, sum);
}

/** Each line joins the first set of lines that all exclude it. */
function boundSum(lines: readonly AskedLine[], excludes: Lines['excludes']): Bounds {
  const bySize = [...lines].sort((a, b) => Math.abs(b.line.points) - Math.abs(a.line.points));
  const sets: AskedLine[][] = [];
  for (const line of bySize) {
    const set = sets.find((others) => others.every((other) => excludes(line, other)));
    if (set === undefined) sets.push([line]);
    else set.push(line);
  }
  return {
    min: sets.reduce((sum, set) => sum + Math.min(0, ...set.map(({ line }) => line.points)), 0),
    max: sets.reduce((sum, set) => sum + Math.max(0, ...set.map(({ line }) => line.points)), 0),
  };
}

function within({ min, max }: { readonly min: number | null; readonly max: number | null }, sum: Bounds): Bounds {
  const clamp = (points: number): number => Math.max(min ?? Number.NEGATIVE_INFINITY, Math.min(max ?? Number.POSITIVE_INFINITY, points));
  return { min: clamp(sum.min), max: clamp(sum.max) };
}
