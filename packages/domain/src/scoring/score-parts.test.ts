/** The two parts of a score, fit and engagement: each within its bounds, and more engagement never worse than less. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadFor } from '../../../../test/support/example-leads.ts';
import { sampleRuleSet } from '../../../../test/support/sample-rule-set.ts';
import { evaluateLead } from '../evaluate-lead.ts';
import type { Lead } from '../lead.ts';
import type { LeadEvent } from '../lead-history.ts';
import { GRADE_RANK, type RuleSet } from '../rule-set.ts';
import { compileScoring } from './compile-scoring.test-support.ts';

const NOW = Date.UTC(2026, 10, 24);
const DAY_MS = 86_400_000;
const engaged = (reason: string, daysAgo: number): LeadEvent => ({
  ...{ eventId: `${reason} ${daysAgo}`, activity: 'ENGAGED', occurredAt: NOW - daysAgo * DAY_MS, system: 'mailing', agentId: null, reason },
  ...{ isHumanResponse: true, learned: [] },
});

function score(ruleSet: RuleSet, lead: Partial<Lead>, history: readonly LeadEvent[] = []) {
  const subject = { lead: leadFor(lead), person: null, isQualified: false, hashIdentity: (text: string) => text };
  return evaluateLead(ruleSet, { ...subject, since: { history, now: NOW } }).scoring;
}

const qualification = (known: Partial<Lead['qualification']>): Partial<Lead> => ({
  qualification: { ...leadFor().qualification, ...known },
});

describe('the parts of a score', () => {
  const parts = compileScoring(`
  parts: { fit: { max: 50 }, engagement: { max: 30 } }
  limits: { money: { max: 40 }, mails: { max: 20 } }
  lines:
    - { name: budget, when: lead.budget > 0, points: 30, limit: money }
    - { name: big budget, when: lead.budget > 1000, points: 30, limit: money }
    - { name: decides, when: lead.authority == "DECIDES", points: 20 }
    - { name: clicks, when: lead.engagementScore >= 5, points: 15, part: engagement, limit: mails }
    - { name: clicks often, when: lead.engagementScore >= 10, points: 15, part: engagement, limit: mails }
    - { name: downloads, when: lead.engagementScore >= 20, points: 25, part: engagement }
  grades:
    - { grade: HOT, name: fits and comes, minFit: 40, minEngagement: 20 }
    - { grade: HIGH_POTENTIAL, minScore: 50, minFit: 50 }
    - { grade: NEED_NURTURING, minEngagement: 1 }
    - { grade: LOW_POTENTIAL }
  `);

  it('are bounded after the limits within them, each bound a reason of its own', () => {
    const everything = qualification({ budget: 5_000, authority: 'DECIDES' });
    expect(score(parts, everything, [engaged('attended', 0), engaged('downloaded', 0)])).toMatchObject({
      score: 80,
      grade: 'HOT',
      gradeReason: 'fits and comes',
      reasons: expect.arrayContaining([
        { name: 'limit of money', points: -20 },
        { name: 'limit of mails', points: -10 },
        { name: 'limit of fit', points: -10 },
        { name: 'limit of engagement', points: -15 },
      ]),
    });
  });

  it('are asked for by grades, one by one', () => {
    expect(score(parts, qualification({ budget: 5_000, authority: 'DECIDES' }))).toMatchObject({
      grade: 'HIGH_POTENTIAL',
      gradeReason: 'score of at least 50 and fit of at least 50',
    });
    expect(score(parts, {}, [engaged('downloaded', 0), engaged('attended', 0)])).toMatchObject({ score: 30, grade: 'NEED_NURTURING' });
    expect(score(parts, {})).toMatchObject({ score: 0, grade: 'LOW_POTENTIAL' });
  });

  it.each([
    ['lines: [{ name: a, when: "true", points: 1, part: fitt }]', 'fitt'],
    ['parts: { fitness: { max: 1 } }', 'fitness'],
    ['parts: { fit: { min: 2, max: 1 } }', 'min 2 is above max 1'],
    ['limits: { fit: { max: 1 } }', '"fit" is a part of the score'],
    [
      'limits: { b: { max: 1 } }\n  lines: [{ name: a, when: "true", points: 1, limit: b }, { name: c, when: "true", points: 1, limit: b, part: engagement }]',
      'bounds lines of both parts',
    ],
  ])('are refused as %s', (part, message) => {
    expect(() => compileScoring(`  ${part}\n  grades: [{ grade: HOT }]`)).toThrow(message);
  });

  it('cannot be asked of the last grade', () => {
    expect(() => compileScoring('  grades: [{ grade: HOT, minFit: 1 }]')).toThrow('the last grade is for all the rest');
  });
});

describe('the sample scorecard', () => {
  const events = fc.array(
    fc.record({ reason: fc.constantFrom('opened', 'clicked', 'downloaded', 'attended', 'else'), daysAgo: fc.nat({ max: 60 }) }),
    { maxLength: 12 },
  );
  const leads = fc
    .record({
      budget: fc.constantFrom(null, 10_000, 40_000, 750_000),
      authority: fc.constantFrom('UNKNOWN' as const, 'DECIDES' as const, 'RECOMMENDS' as const, 'NONE' as const),
      timeFrame: fc.constantFrom(
        'UNKNOWN' as const,
        'WITHIN_3_MONTHS' as const,
        'MONTHS_7_TO_12' as const,
        'LATER' as const,
        'NONE' as const,
      ),
    })
    .map(qualification);

  it('sums with engagement, which gives no more than its part may, and never takes away', () => {
    const ruleSet = sampleRuleSet();
    fc.assert(
      fc.property(leads, events, (lead, done) => {
        const before = score(ruleSet, lead);
        const after = score(
          ruleSet,
          lead,
          done.map(({ reason, daysAgo }) => engaged(reason, daysAgo)),
        );
        expect(after.reasons.reduce((sum, { points }) => sum + points, 0)).toBe(after.score);
        expect(after.score).toBeGreaterThanOrEqual(before.score);
        expect(after.score - before.score).toBeLessThanOrEqual(45);
      }),
    );
  });

  it('never grades a lead lower for what it does, nor Hot for that alone', () => {
    const ruleSet = sampleRuleSet();
    fc.assert(
      fc.property(leads, events, (lead, done) => {
        const history = done.map(({ reason, daysAgo }) => engaged(reason, daysAgo));
        const [before, after] = [score(ruleSet, lead), score(ruleSet, lead, history)];
        // Rank 0 is the first to be served.
        if (after.grade !== before.grade) expect(GRADE_RANK[after.grade]).toBeLessThan(GRADE_RANK[before.grade]);
        if (lead.qualification?.authority === 'NONE' || lead.qualification?.authority === 'UNKNOWN') expect(after.grade).not.toBe('HOT');
      }),
    );
  });
});
