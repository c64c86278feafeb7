/**
 * Which of several destinations does most with a lead: revenue score less cost score, best first. How often a destination converts is not
 * known but believed, so a rate is drawn from that belief (Thompson sampling): a destination of which little is known is tried as often
 * as it may well be the best, and no more. The seed is the decision's, so the same decision draws the same.
 *
 * A least share is given by lot, before the margins are looked at: with that probability a lead is the destination's. It needs no
 * memory, so there is nothing to lock, nothing to make up for after a closed night, and the share holds at all times and not on average over years.
 */
import type { Grade } from '../lead.ts';
import { hashText, mix } from '../ledger.ts';
import { openChance } from './chance.ts';
import { type Belief, beliefIn, cellOf, meanOf, type OutcomeCounts } from './conversion.ts';
import { drawBeta } from './draw-beta.ts';
import { costOf, type Economics, worthOf } from './economics.ts';

export interface MarginRequest {
  readonly grade: Grade;
  readonly segment: string | null;
  readonly candidates: readonly { readonly destinationId: string; readonly economics: Economics }[];
  /** By the keys of `levelsOf`. */
  readonly counts: (key: string) => OutcomeCounts;
  /** 32-bit; of this decision alone. */
  readonly seed: number;
}

export interface MarginScore {
  readonly destinationId: string;
  /** How a lead of this kind converts there; null where each lead is paid for. */
  readonly conversion: { readonly belief: Belief; readonly mean: number; readonly draw: number } | null;
  /** Of a conversion, or of a lead where each is paid for. */
  readonly worth: number;
  readonly revenue: number;
  readonly cost: number;
  /** Revenue as drawn, less cost: by this they are ranked. */
  readonly margin: number;
  /** The same with the mean instead of the draw. */
  readonly expectedMargin: number;
  /** First by its least share, whatever its margin. */
  readonly isByShare: boolean;
}

/** Names the draw of the lot for least shares; no id of a destination. */
const LOT = hashText('/least-share');

/** Best first; as many as there are candidates. */
export function rankByMargin(request: MarginRequest): readonly MarginScore[] {
  const lucky = drawShare(request);
  const ranked = request.candidates.map((candidate) => {
    const name = hashText(candidate.destinationId);
    return { tie: mix(request.seed ^ name), score: scoreOf(request, candidate, { name, isByShare: candidate === lucky }) };
  });
  // Tells apart all that have different ids, but for one pair in 4 billion: those keep their order.
  ranked.sort((a, b) => Number(b.score.isByShare) - Number(a.score.isByShare) || b.score.margin - a.score.margin || a.tie - b.tie);
  return ranked.map(({ score }) => score);
}

function scoreOf(
  request: MarginRequest,
  { destinationId, economics }: MarginRequest['candidates'][number],
  { name, isByShare }: { readonly name: number; readonly isByShare: boolean },
): MarginScore {
  const worth = worthOf(economics, request.grade);
  const cost = costOf(economics);
  if (economics.revenue.kind === 'PAYOUT') {
    const margin = worth - cost;
    return { destinationId, conversion: null, worth, revenue: worth, cost, margin, expectedMargin: margin, isByShare };
  }
  const cell = cellOf({ destinationId, grade: request.grade, segment: request.segment });
  const belief = beliefIn(cell, economics.prior, request.counts);
  const mean = meanOf(belief);
  const draw = drawBeta(belief.a, belief.b, openChance(request.seed, name));
  const revenue = draw * worth;
  return {
    destinationId,
    conversion: { belief, mean, draw },
    worth,
    revenue,
    cost,
    margin: revenue - cost,
    expectedMargin: mean * worth - cost,
    isByShare,
  };
}

/** null: the lead goes by the margins. */
function drawShare({ candidates, seed }: MarginRequest): MarginRequest['candidates'][number] | null {
  if (candidates.every(({ economics }) => economics.minShare === 0)) return null;
  let left = openChance(seed, LOT)();
  for (const candidate of candidates) {
    left -= candidate.economics.minShare;
    if (left < 0) return candidate;
  }
  return null;
}
