/** What a cell believes: nothing but the prior at first, its own outcomes in the end, those of its neighbours in between. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beliefIn, cellOf, levelsOf, meanOf, NO_OUTCOMES, type OutcomeCounts } from './conversion.ts';

const PRIOR = { rate: 0.1, strength: 20 };
const CELL = cellOf({ destinationId: 'field', grade: 'HOT', segment: 'FORTUNE_1000' });
const counting =
  (counts: Readonly<Record<string, readonly [outcomes: number, conversions: number]>>) =>
  (key: string): OutcomeCounts => {
    const [outcomes, conversions] = counts[key] ?? [0, 0];
    return { outcomes, conversions };
  };

describe('what is believed of a conversion', () => {
  it('names the levels that a cell belongs to', () => {
    expect(levelsOf(CELL)).toEqual(['field', 'field/HOT', 'field/HOT/FORTUNE_1000']);
    expect(levelsOf(cellOf({ destinationId: 'web', grade: 'LOW_POTENTIAL', segment: null }))).toEqual([
      'web',
      'web/LOW_POTENTIAL',
      'web/LOW_POTENTIAL/',
    ]);
    expect(levelsOf('web/HOT/a/b')).toEqual(['web', 'web/HOT', 'web/HOT/a/b']);
  });

  it('is the prior while nothing has been seen', () => {
    const belief = beliefIn(CELL, PRIOR, () => NO_OUTCOMES);
    expect(belief.a).toBeCloseTo(2, 12);
    expect(belief.b).toBeCloseTo(18, 12);
  });

  it('borrows from the other grades and the other segments, at most what the prior is worth', () => {
    const ofOthers = beliefIn(CELL, PRIOR, counting({ field: [1_000_000, 500_000] }));
    expect(meanOf(ofOthers)).toBeCloseTo(0.5, 3);
    expect(ofOthers.a + ofOthers.b).toBeCloseTo(20, 9);
    const ofSegments = beliefIn(CELL, PRIOR, counting({ field: [20, 10], 'field/HOT': [20, 10] }));
    expect(meanOf(ofSegments)).toBeCloseTo((20 * 0.1 + 10) / 40, 12);
  });

  it('counts no outcome twice', () => {
    const own = beliefIn(CELL, PRIOR, counting({ field: [40, 30], 'field/HOT': [40, 30], [CELL]: [40, 30] }));
    expect(own.a).toBeCloseTo(2 + 30, 12);
    expect(own.b).toBeCloseTo(18 + 10, 12);
  });

  it('comes to the rate of its own outcomes as they grow, and never leaves 0 to 1', () => {
    const cell = fc.record({ outcomes: fc.nat(1_000_000), share: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(cell, cell, cell, (wide, middle, narrow) => {
        const counts = (key: string): OutcomeCounts => {
          const { outcomes, share } = key === 'field' ? wide : key === 'field/HOT' ? middle : narrow;
          return { outcomes, conversions: Math.round(outcomes * share) };
        };
        const belief = beliefIn(CELL, PRIOR, counts);
        expect(belief.a).toBeGreaterThan(0);
        expect(belief.b).toBeGreaterThan(0);
        expect(Math.abs(meanOf(belief) - narrow.share)).toBeLessThanOrEqual(21 / (20 + narrow.outcomes));
      }),
    );
  });
});
