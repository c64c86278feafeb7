/** Who is first, and why: margins, payouts, least shares, ties. */
import { describe, expect, it } from 'vitest';
import { cellOf, levelsOf, NO_OUTCOMES, type OutcomeCounts } from './conversion.ts';
import type { Economics } from './economics.ts';
import { type MarginRequest, rankByMargin } from './rank-by-margin.ts';

const economics = (changes: Partial<Economics>): Economics => ({
  revenue: { kind: 'VALUE', byGrade: { HOT: 100, LOW_POTENTIAL: 10 } },
  cost: 0,
  handlingMs: 0,
  hourCost: 0,
  minShare: 0,
  prior: { rate: 0.1, strength: 20 },
  convertsOn: 'WON',
  ...changes,
});

const seen = (rates: Readonly<Record<string, readonly [outcomes: number, conversions: number]>>) => {
  const counts = new Map<string, OutcomeCounts>();
  for (const [destinationId, [outcomes, conversions]] of Object.entries(rates))
    for (const key of levelsOf(cellOf({ destinationId, grade: 'HOT', segment: null }))) counts.set(key, { outcomes, conversions });
  return (key: string): OutcomeCounts => counts.get(key) ?? NO_OUTCOMES;
};

const request = (changes: Partial<MarginRequest>): MarginRequest => ({
  grade: 'HOT',
  segment: null,
  candidates: [
    { destinationId: 'field', economics: economics({}) },
    { destinationId: 'web', economics: economics({}) },
  ],
  counts: () => NO_OUTCOMES,
  seed: 1,
  ...changes,
});

/** How often each is first, over many seeds. */
const firsts = (changes: Partial<MarginRequest>, decisions = 4_000): Readonly<Record<string, number>> => {
  const counted: Record<string, number> = {};
  for (let seed = 0; seed < decisions; seed++) {
    const best = rankByMargin(request({ ...changes, seed }))[0]?.destinationId ?? 'nobody';
    counted[best] = (counted[best] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counted).map(([name, count]) => [name, count / decisions]));
};

describe('ranking destinations by margin', () => {
  it('says of each what it brings, what it costs and what is left', () => {
    const candidates = [
      { destinationId: 'call', economics: economics({ cost: 2, handlingMs: 1_800_000, hourCost: 30 }) },
      { destinationId: 'partner', economics: economics({ revenue: { kind: 'PAYOUT', byGrade: { HOT: 8 } }, cost: 1 }) },
    ];
    const [first, second] = rankByMargin(request({ candidates, counts: seen({ call: [100_000, 1_000] }) }));
    expect(first).toEqual({
      destinationId: 'partner',
      conversion: null,
      worth: 8,
      revenue: 8,
      cost: 1,
      margin: 7,
      expectedMargin: 7,
      isByShare: false,
    });
    expect(second).toMatchObject({ destinationId: 'call', worth: 100, cost: 17 });
    expect(second?.conversion?.mean).toBeCloseTo(0.01, 3);
    expect(second?.revenue).toBe((second?.conversion?.draw ?? 0) * 100);
    expect(second?.margin).toBe((second?.revenue ?? 0) - 17);
  });

  it('tries equals equally, and what is worse less the better it is known', () => {
    expect(firsts({}).field).toBeGreaterThan(0.46);
    expect(firsts({}).field).toBeLessThan(0.54);
    const little = firsts({ counts: seen({ field: [20, 4], web: [20, 2] }) }).web ?? 0;
    const much = firsts({ counts: seen({ field: [2_000, 400], web: [2_000, 200] }) }).web ?? 0;
    expect(little).toBeGreaterThan(0.1);
    expect(much).toBe(0);
  });

  it('gives the better margin, not the better rate', () => {
    const candidates = [
      { destinationId: 'field', economics: economics({ cost: 19 }) },
      { destinationId: 'web', economics: economics({ cost: 1 }) },
    ];
    expect(firsts({ candidates, counts: seen({ field: [10_000, 2_000], web: [10_000, 1_000] }) }).web).toBe(1);
    expect(firsts({ candidates, grade: 'LOW_POTENTIAL' }).web).toBe(1);
  });

  it('breaks ties without bias, whatever the order', () => {
    const paid = (destinationId: string) => ({
      destinationId,
      economics: economics({ revenue: { kind: 'PAYOUT' as const, byGrade: { HOT: 5 } } }),
    });
    const candidates = [paid('a'), paid('b'), paid('c')];
    const shares = firsts({ candidates });
    for (const name of ['a', 'b', 'c']) expect(Math.abs((shares[name] ?? 0) - 1 / 3)).toBeLessThan(0.03);
    for (let seed = 0; seed < 50; seed++)
      expect(rankByMargin(request({ candidates: candidates.toReversed(), seed }))).toEqual(rankByMargin(request({ candidates, seed })));
  });

  it('keeps a least share for a destination that never earns one', () => {
    const candidates = [
      { destinationId: 'field', economics: economics({}) },
      { destinationId: 'new', economics: economics({ cost: 1_000, minShare: 0.1 }) },
    ];
    const share = firsts({ candidates }, 20_000).new ?? 0;
    // Five standard deviations of 20,000 draws.
    expect(Math.abs(share - 0.1)).toBeLessThan(0.0107);
    const luck = [...Array(200).keys()].map((seed) => rankByMargin(request({ candidates, seed }))[0]);
    for (const first of luck) expect(first?.isByShare).toBe(first?.destinationId === 'new');
  });

  it('decides the same from the same seed and counts', () => {
    const given = request({ counts: seen({ field: [31, 4], web: [12, 2] }), seed: 99 });
    expect(rankByMargin(given)).toEqual(rankByMargin(given));
  });
});
