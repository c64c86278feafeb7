/** Grades of random scorecards, asked of every lead there is: one that is said never to be given is given to nobody. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leadFor } from '../../../../../test/support/example-leads.ts';
import { evaluateLead } from '../../evaluate-lead.ts';
import { compiled } from './lint.test-support.ts';

const AUTHORITIES = ['UNKNOWN', 'DECIDES', 'RECOMMENDS'] as const;
const TIME_FRAMES = ['UNKNOWN', 'LATER', 'WITHIN_3_MONTHS'] as const;
const LEADS = AUTHORITIES.flatMap((authority) =>
  TIME_FRAMES.flatMap((timeFrame) =>
    [null, 5, 15, 25].map((budget) => leadFor({ qualification: { budget, authority, need: null, timeFrame, productInterest: [] } })),
  ),
);

const condition = fc.oneof(
  fc.constantFrom(...AUTHORITIES).map((word) => `lead.authority == "${word}"`),
  fc.constantFrom(...TIME_FRAMES).map((word) => `lead.timeFrame == "${word}"`),
  fc.constantFrom('lead.budget >= 10', 'lead.budget >= 20', 'lead.budget < 10', '!has(lead.budget)', 'lead.isQualified'),
);
const points = fc.integer({ min: -30, max: 40 });
const line = fc.record({
  when: condition,
  points,
  limit: fc.constantFrom(null, 'low', 'high'),
  part: fc.constantFrom('fit', 'engagement'),
});
const grade = fc.record({
  when: fc.option(condition, { nil: null }),
  minScore: fc.option(points, { nil: null }),
  minFit: fc.option(points, { nil: null }),
});
type Grade = ReturnType<typeof grade.generate>['value'];

const asText = (fields: Readonly<Record<string, unknown>>): string =>
  `{ ${Object.entries(fields)
    .flatMap(([key, value]) => (value === null ? [] : [`${key}: ${JSON.stringify(value)}`]))
    .join(', ')} }`;

it('says of no grade that it is never given that some lead gets', () => {
  let told = 0;
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.array(grade, { minLength: 1, maxLength: 4 }), points, (lines, grades, cap) => {
      // A limit bounds lines of one part only.
      const written = lines.map((one, index) => asText({ name: `l${index}`, ...one, ...(one.limit === null ? {} : { part: 'fit' }) }));
      const asked = grades.map((one: Grade) => ((one.when ?? one.minScore ?? one.minFit) === null ? { ...one, minScore: 0 } : one));
      const steps = asked.map((one, index) => asText({ grade: 'HOT', name: `g${index}`, ...one }));
      const scoring = `scoring: { parts: { fit: { max: ${cap + 40} } }, limits: { low: { max: 5 }, high: { min: -5, max: 30 } }, lines: [${written.join(', ')}], grades: [${steps.join(', ')}, { grade: LOW_POTENTIAL, name: rest }] }`;
      const { ruleSet, lint } = compiled({ conditions: ['true'], parts: [scoring] });
      const never = new Set(
        lint(0)
          .filter(({ path }) => path.startsWith('scoring.grades'))
          .map(({ about }) => about),
      );
      told += never.size;
      for (const lead of LEADS) {
        for (const isQualified of [true, false]) {
          const { scoring: came } = evaluateLead(ruleSet, { lead, person: null, isQualified, hashIdentity: (text) => text });
          expect(never).not.toContain(came.gradeReason);
        }
      }
    }),
    { numRuns: 300 },
  );
  expect(told).toBeGreaterThan(50);
}, 60_000);
