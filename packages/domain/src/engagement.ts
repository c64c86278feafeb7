/**
 * How much a person has engaged of late: opens, clicks, visits, each worth points that fade with time. Computed from the lead's
 * history and the time that is given, so the same history gives the same figures whenever it is replayed.
 */
import type { LeadEvent } from './lead-history.ts';

export interface EngagementPolicy {
  /** After this time a point is worth half; milliseconds. */
  readonly halfLifeMs: number;
  /** By what the person did, the activity's `reason` in capitals. */
  readonly points: Readonly<Record<string, number>>;
  /** For anything that is not among `points`. */
  readonly otherPoints: number;
}

export interface Engagement {
  /** Whole points as of now, rounded, so that sums stay exact and a click of a minute ago is worth what it says. */
  readonly engagementScore: number;
  /** Times that the person engaged, faded or not. */
  readonly engagementCount: number;
}

const DAY_MS = 86_400_000;

export const DEFAULT_ENGAGEMENT: EngagementPolicy = {
  halfLifeMs: 14 * DAY_MS,
  points: { OPENED: 1, CLICKED: 5, VISITED: 5, DOWNLOADED: 10, ATTENDED: 15, REPLIED: 20 },
  otherPoints: 1,
};

export const NOT_ENGAGED: Engagement = { engagementScore: 0, engagementCount: 0 };

export function measureEngagement(history: readonly LeadEvent[], policy: EngagementPolicy, now: number): Engagement {
  let points = 0;
  let count = 0;
  for (const { activity, occurredAt, reason } of history) {
    if (activity !== 'ENGAGED') continue;
    count++;
    const worth = policy.points[(reason ?? '').trim().toUpperCase()] ?? policy.otherPoints;
    // Of two machines' clocks the other's may be ahead: nothing is worth more than on its first day.
    points += worth * 2 ** (-Math.max(0, now - occurredAt) / policy.halfLifeMs);
  }
  return count === 0 ? NOT_ENGAGED : { engagementScore: Math.round(points), engagementCount: count };
}
