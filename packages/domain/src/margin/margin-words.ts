/** Plain words for margins: one sentence for each destination, best first. Shared by every page that explains a decision. */
import type { MarginScore } from './rank-by-margin.ts';

export function marginWords(scores: readonly MarginScore[]): readonly string[] {
  return scores.map(
    (score, place) => `${score.destinationId}: ${why(scores, place)} ${revenueWords(score)} less ${amount(score.cost)} of cost.`,
  );
}

function why(scores: readonly MarginScore[], place: number): string {
  const score = scores[place];
  const first = scores[0];
  const margin = `margin ${amount(score?.margin ?? 0)}`;
  if (score?.isByShare === true) return `first by the lot for its least share, ${margin}:`;
  if (place === 0) return `first by ${margin}:`;
  if (first?.isByShare === true && (score?.margin ?? 0) > first.margin) return `${margin}, put off for the other's least share:`;
  return `${margin}, ${amount((first?.margin ?? 0) - (score?.margin ?? 0))} behind:`;
}

/** What it brings, and what that rests on. The mean is what is believed, the draw what this decision was tried with. */
function revenueWords({ conversion, worth, revenue }: MarginScore): string {
  if (conversion === null) return `it pays ${amount(revenue)} for each such lead,`;
  const { belief, mean, draw } = conversion;
  const known = `believed to convert ${percent(mean)} (worth ${amount(belief.a + belief.b)} outcomes)`;
  return `${known}, drawn ${percent(draw)}, times ${amount(worth)} is ${amount(revenue)},`;
}

function amount(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function percent(rate: number): string {
  return `${amount(rate * 100)} %`;
}
