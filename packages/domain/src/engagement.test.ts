/** Engagement: points by what the person did, fading with time, computed from history and time alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_ENGAGEMENT, measureEngagement } from './engagement.ts';
import type { LeadEvent } from './lead-history.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 0, 31);
const event = (reason: string | null, daysAgo: number, activity: LeadEvent['activity'] = 'ENGAGED'): LeadEvent => ({
  ...{ eventId: `${reason} ${daysAgo}`, activity, occurredAt: NOW - daysAgo * DAY_MS, system: 'mailing', agentId: null, reason },
  ...{ isHumanResponse: true, learned: [] },
});
const measure = (...events: readonly LeadEvent[]) => measureEngagement(events, DEFAULT_ENGAGEMENT, NOW);

describe('engagement', () => {
  it('is worth what was done, in any spelling, and something whatever it was', () => {
    expect(measure(event('clicked', 0), event(' Opened ', 0), event('waved', 0), event(null, 0))).toEqual({
      engagementScore: 8,
      engagementCount: 4,
    });
  });

  it('fades by half in each half-life, and is not worth more for a clock that is ahead', () => {
    expect([0, 14, 28, 42].map((days) => measure(event('REPLIED', days)).engagementScore)).toEqual([20, 10, 5, 3]);
    expect(measure(event('REPLIED', -3)).engagementScore).toBe(20);
  });

  it('is of engagement alone', () => {
    expect(measure(event('clicked', 0, 'CONTACTED'), event('clicked', 0, 'NOTED'))).toEqual({ engagementScore: 0, engagementCount: 0 });
  });

  it('never grows with time, nor shrinks by more of it, in whatever order', () => {
    const events = fc.array(fc.record({ reason: fc.constantFrom('opened', 'clicked', 'other'), daysAgo: fc.nat({ max: 90 }) }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(events, fc.nat({ max: 60 }), (all, later) => {
        const history = all.map(({ reason, daysAgo }) => event(reason, daysAgo));
        const now = measure(...history);
        expect(measureEngagement(history, DEFAULT_ENGAGEMENT, NOW + later * DAY_MS).engagementScore).toBeLessThanOrEqual(
          now.engagementScore,
        );
        expect(measure(...history.slice(1)).engagementScore).toBeLessThanOrEqual(now.engagementScore);
        expect(measure(...history.toReversed())).toEqual(now);
      }),
    );
  });
});
