/** The `engagement` part of the `scoring` section: what opens and clicks are worth, and how fast that fades. */
import { DEFAULT_ENGAGEMENT, type EngagementPolicy } from '../engagement.ts';
import { entriesOf, fieldsOf, isMapping, numberOf, type Place, type RuleSetDocument } from '../rule-set/document.ts';
import { durationOf } from '../rule-set/duration.ts';

const POINTS = { min: 0, max: 1_000_000, integer: true } as const;

/** `scoring` is the whole section; what it does not say is as in `DEFAULT_ENGAGEMENT`. */
export function readEngagement(document: RuleSetDocument, scoring: Place | null): EngagementPolicy {
  if (scoring === null || !isMapping(document, scoring)) return DEFAULT_ENGAGEMENT;
  const place = (entriesOf(document, scoring) ?? []).find(({ key }) => key === 'engagement')?.value;
  if (place === undefined || place.node === null) return DEFAULT_ENGAGEMENT;
  const fields = fieldsOf(document, place, { optional: ['halfLife', 'points', 'other'] });
  if (fields === null) return DEFAULT_ENGAGEMENT;
  const pointsPlace = fields.get('points');
  return {
    halfLifeMs: durationOf(document, fields.get('halfLife')) ?? DEFAULT_ENGAGEMENT.halfLifeMs,
    points: pointsPlace === null ? DEFAULT_ENGAGEMENT.points : readPoints(document, pointsPlace),
    otherPoints: numberOf(document, fields.get('other'), POINTS) ?? DEFAULT_ENGAGEMENT.otherPoints,
  };
}

function readPoints(document: RuleSetDocument, place: Place): EngagementPolicy['points'] {
  const entries = entriesOf(document, place) ?? [];
  return Object.fromEntries(entries.map(({ key, value }) => [key.trim().toUpperCase(), numberOf(document, value, POINTS) ?? 0]));
}
