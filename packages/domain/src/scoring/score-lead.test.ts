/** The scorecard: points that sum, limits, and the first grade whose condition is met. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadFor, personFor } from '../../../../test/support/example-leads.ts';
import { sampleRuleSet } from '../../../../test/support/sample-rule-set.ts';
import { evaluateLead } from '../evaluate-lead.ts';
import type { Lead, Scoring } from '../lead.ts';
import type { RuleSet } from '../rule-set.ts';
import { compileScoring } from './compile-scoring.test-support.ts';

function score(ruleSet: RuleSet, lead: Partial<Lead>, isQualified = false): Scoring {
  return evaluateLead(ruleSet, { lead: leadFor(lead), person: null, isQualified, hashIdentity: (text) => text }).scoring;
}

const qualification = (known: Partial<Lead['qualification']>): Partial<Lead> => ({
  qualification: { budget: null, authority: 'UNKNOWN', need: null, timeFrame: 'UNKNOWN', productInterest: [], ...known },
});

describe('scoreLead', () => {
  const limited = compileScoring(`
  limits: { money: { max: 25 }, manners: { min: -5 } }
  lines:
    - { name: any budget, when: lead.budget > 0, points: 20, limit: money }
    - { name: big budget, when: lead.budget > 1000, points: 20, limit: money }
    - { name: rude, when: lead.attributes.tone == "rude", points: -30, limit: manners }
    - { name: qualified, when: lead.isQualified, points: 7 }
  grades:
    - { grade: HOT, name: thirty points, minScore: 30 }
    - { grade: NEED_INFORMATION, when: '!has(lead.budget)' }
    - { grade: HIGH_POTENTIAL, name: both, minScore: 20, when: lead.vendor == "vendor-a" }
    - { grade: LOW_POTENTIAL, name: the rest }
`);

  it('sums the points of the lines that are met', () => {
    expect(score(limited, qualification({ budget: 5 }))).toEqual({
      score: 20,
      grade: 'HIGH_POTENTIAL',
      gradeReason: 'both',
      reasons: [{ name: 'any budget', points: 20 }],
    });
  });

  it('shows a limit as a reason of its own, so that the reasons still sum', () => {
    expect(score(limited, qualification({ budget: 5_000 })).reasons).toEqual([
      { name: 'any budget', points: 20 },
      { name: 'big budget', points: 20 },
      { name: 'limit of money', points: -15 },
    ]);
    expect(score(limited, { attributes: { tone: 'rude' } })).toMatchObject({
      score: -5,
      grade: 'NEED_INFORMATION',
      gradeReason: '!has(lead.budget)',
    });
  });

  it('takes the first grade that is met, and the last for all the rest', () => {
    expect(score(limited, qualification({ budget: 5_000 }), true)).toMatchObject({ score: 32, grade: 'HOT', gradeReason: 'thirty points' });
    expect(score(limited, { ...qualification({ budget: 5 }), vendor: 'vendor-b' })).toMatchObject({
      grade: 'LOW_POTENTIAL',
      gradeReason: 'the rest',
    });
  });

  it.each([
    ['lines: [{ name: a, when: lead.score > 1, points: 1 }]', 'lead.score is not known yet'],
    ['lines: [{ name: a, when: "true", points: 1 }, { name: a, when: "true", points: 2 }]', '"a" stands twice'],
    ['lines: [{ name: a, when: "true", points: 1.5 }]', 'a whole number'],
    ['lines: [{ name: a, when: "true", points: 1, limit: no }]', 'there is no limit "no"'],
    ['limits: { a: { min: 2, max: 1 } }', 'min 2 is above max 1'],
  ])('refuses %s', (part, message) => {
    expect(() => compileScoring(`  ${part}\n  grades: [{ grade: HOT }]`)).toThrow(message);
  });

  it('sums for any lead under the sample scorecard', () => {
    const ruleSet = sampleRuleSet();
    const lead = fc
      .record({
        qualification: fc.record({
          budget: fc.option(fc.double({ noNaN: true }), { nil: null }),
          authority: fc.constantFrom('UNKNOWN' as const, 'DECIDES' as const, 'RECOMMENDS' as const, 'RESEARCHES' as const, 'NONE' as const),
          need: fc.constantFrom(null, 'a quote', 'a demo for a reseller'),
          timeFrame: fc.constantFrom(
            'UNKNOWN' as const,
            'WITHIN_3_MONTHS' as const,
            'MONTHS_4_TO_6' as const,
            'MONTHS_7_TO_12' as const,
            'LATER' as const,
            'NONE' as const,
          ),
          productInterest: fc.array(fc.constant('router'), { maxLength: 2 }),
        }),
        company: fc.record({
          name: fc.constantFrom(null, 'IBM', 'Acme'),
          website: fc.constant(null),
          industry: fc.constant(null),
          employeeCount: fc.option(fc.nat(5_000), { nil: null }),
          annualRevenue: fc.option(fc.nat(), { nil: null }),
        }),
      })
      .map(leadFor);
    fc.assert(
      fc.property(lead, fc.boolean(), fc.constantFrom(null, 'a@gmail.com', 'a@acme.example'), (one, isQualified, email) => {
        const { scoring, facts } = evaluateLead(ruleSet, {
          lead: one,
          person: personFor({ email }),
          isQualified,
          hashIdentity: (text) => text,
        });
        expect(scoring.reasons.reduce((sum, reason) => sum + reason.points, 0)).toBe(scoring.score);
        expect(new Set(scoring.reasons.map((reason) => reason.name)).size).toBe(scoring.reasons.length);
        expect(facts).toMatchObject({ score: scoring.score, grade: scoring.grade, isQualified });
        const match = ruleSet.matchRule(facts);
        expect(ruleSet.traceRules(facts).map((trace) => trace.matched)).toEqual([
          ...Array.from({ length: match.index }, () => false),
          true,
        ]);
      }),
    );
  });
});
