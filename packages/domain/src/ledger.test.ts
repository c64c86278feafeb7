/** The promise of the ledger, member by member and lead by lead. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { giveInTurn, giveOutOfTurn, hashText, type LedgerEntry, MOST_OUT_OF_TURN, mix, settleLeaver, turnsOf } from './ledger.ts';

interface Line extends LedgerEntry {
  credit: number;
  given: number;
}

const line = (weight: number, index: number): Line => ({ credit: 0, weight, tieHash: hashText(`agent-${index}`), given: 0 });
const pool = (weights: readonly number[]): Line[] => weights.map(line);
const sumOf = (lines: readonly LedgerEntry[]): number => lines.reduce((sum, entry) => sum + entry.credit, 0);

function give(lines: readonly Line[], seed: number): Line {
  const next = giveInTurn(lines, seed);
  next.given++;
  return next;
}

/** Largest distance of anybody from the exact share, at any moment. */
function worstDistance(lines: readonly Line[], options: { readonly leads: number; readonly seed: number }): number {
  const weights = lines.reduce((sum, entry) => sum + entry.weight, 0);
  const before = lines.map((entry) => entry.given);
  let worst = 0;
  for (let lead = 1; lead <= options.leads; lead++) {
    give(lines, mix(options.seed + lead));
    for (const [index, entry] of lines.entries()) {
      const exact = (lead * entry.weight) / weights;
      worst = Math.max(worst, Math.abs(entry.given - (before[index] ?? 0) - exact));
    }
  }
  return worst;
}

const weightLists = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 10 });
const furthest = (lines: readonly LedgerEntry[]): number => Math.max(...lines.map((entry) => Math.abs(entry.credit)));

describe('the ledger', () => {
  it.each([
    ['3:2:1', [3, 2, 1]],
    ['13 of 1, 5 of 3, 5 of 50', [...Array<number>(13).fill(1), ...Array<number>(5).fill(3), ...Array<number>(5).fill(50)]],
    ['one against a thousand', [1, 1000]],
    ['fractions', [0.1, 0.2, 0.7, 1 / 3]],
    ['alone', [7]],
  ])('keeps everybody within one lead of the exact share: %s', (_name, weights) => {
    for (let seed = 0; seed < 20; seed++) expect(worstDistance(pool(weights), { leads: 2000, seed })).toBeLessThan(1);
  });

  it('keeps everybody within 1 - 1/(2m-2) for any weights', () => {
    const weight = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.double({ min: 0.01, max: 50, noNaN: true }));
    fc.assert(
      fc.property(fc.array(weight, { minLength: 2, maxLength: 30 }), fc.nat(), (weights, seed) => {
        const bound = 1 - 1 / (2 * weights.length - 2);
        expect(worstDistance(pool(weights), { leads: 300, seed })).toBeLessThanOrEqual(bound + 1e-6);
      }),
    );
  });

  it('breaks ties without favour', () => {
    const wins = new Map<Line, number>();
    const lines = pool([1, 1, 1, 1]);
    for (let seed = 0; seed < 8000; seed++) {
      for (const entry of lines) entry.credit = 0;
      const winner = give(lines, mix(seed));
      wins.set(winner, (wins.get(winner) ?? 0) + 1);
    }
    // Four sigma around 2000 of 8000.
    for (const entry of lines) expect(Math.abs((wins.get(entry) ?? 0) - 2000)).toBeLessThan(155);
  });

  it('sums to zero exactly, whoever is away, joins, leaves or is favoured', () => {
    const step = fc.record({ away: fc.nat(255), seed: fc.nat(), kind: fc.constantFrom('turn', 'turn', 'turn', 'sticky', 'join', 'leave') });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 8 }),
        fc.array(step, { maxLength: 200 }),
        (weights, steps) => {
          const lines = pool(weights);
          for (const { away, seed, kind } of steps) {
            const present = lines.filter((_entry, index) => (away & (1 << index)) === 0);
            const some = lines[seed % lines.length];
            if (kind === 'turn' && present.length > 0) give(present, seed);
            if (kind === 'sticky' && some !== undefined) giveOutOfTurn(present, some);
            if (kind === 'join' && lines.length < 12) lines.push(line(1 + (seed % 9), lines.length + seed));
            if (kind === 'leave' && lines.length > 1) settleLeaver(lines, lines.pop()?.credit ?? 0);
            expect(sumOf(lines)).toBe(0);
          }
        },
      ),
    );
  });

  it('does not drift while people come and go: nobody is ever 1.5 leads from what is due', () => {
    fc.assert(
      fc.property(weightLists, fc.nat(), (weights, seed) => {
        const lines = pool(weights);
        let state = seed;
        for (let lead = 0; lead < 1500; lead++) {
          state = mix(state + lead);
          const present = lines.filter((entry) => (mix(state ^ entry.tieHash) & 3) !== 0);
          if (present.length > 0) give(present, state);
          expect(furthest(lines)).toBeLessThan(1.5);
        }
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['equal', Array<number>(10).fill(1)],
    ['1 to 20', Array.from({ length: 20 }, (_value, index) => index + 1)],
    ['13 of 1, 5 of 3, 5 of 50', [...Array<number>(13).fill(1), ...Array<number>(5).fill(3), ...Array<number>(5).fill(50)]],
  ])('does not drift however spitefully those present are picked: %s', (_name, weights) => {
    const lines = pool(weights);
    for (let lead = 0; lead < 20_000; lead++) {
      const ranked = [...lines].sort((a, b) => a.credit - b.credit);
      const place = mix(lead) % (ranked.length - 1);
      give(ranked.slice(place, place + 2), lead);
    }
    expect(furthest(lines)).toBeLessThan(weights.length / 4 + 1);
  });

  it('keeps everybody near the exact share from any state on', () => {
    fc.assert(
      fc.property(weightLists, fc.array(fc.tuple(fc.nat(1023), fc.nat(60)), { maxLength: 30 }), (weights, regimes) => {
        const lines = pool(weights);
        for (const [away, leads] of regimes) {
          const present = lines.filter((_entry, index) => (away & (1 << index)) === 0);
          if (present.length > 0) expect(worstDistance(present, { leads, seed: away })).toBeLessThan(2.5);
        }
      }),
    );
  });

  it('does not flood a member who comes back', () => {
    const lines = pool([1, 1, 1]);
    const [away, ...others] = lines;
    for (let lead = 0; lead < 300; lead++) give(others, mix(lead));
    for (let lead = 0; lead < 30; lead++) give(lines, mix(lead + 1000));
    expect(away?.given).toBeGreaterThanOrEqual(9);
    expect(away?.given).toBeLessThanOrEqual(11);
  });

  it('does not reset the others when somebody joins, leaves or changes weight', () => {
    const lines = pool([5, 3, 2]);
    for (let lead = 0; lead < 7; lead++) give(lines, lead);
    const before = lines.map((entry) => entry.credit);
    lines.push(line(4, 9));
    expect(lines.map((entry) => entry.credit)).toEqual([...before, 0]);
  });

  it('counts favours against the favourite, up to a limit', () => {
    const lines = pool([1, 1]);
    const [favourite, other] = lines;
    if (favourite === undefined || other === undefined) throw new Error('two lines');
    giveOutOfTurn(lines, favourite);
    expect(give(lines, 1)).toBe(other);
    for (let lead = 0; lead < 100; lead++) giveOutOfTurn(lines, favourite);
    expect(favourite.credit).toBeGreaterThanOrEqual(-MOST_OUT_OF_TURN);
    let until = 1;
    while (give(lines, until) !== favourite) until++;
    expect(until).toBeLessThanOrEqual(2 * MOST_OUT_OF_TURN + 1);
  });

  it('tells for each member by when it must have a lead, and gives to who must have it soonest', () => {
    fc.assert(
      fc.property(weightLists, fc.integer(), (weights, seed) => {
        const lines = pool(weights);
        for (let lead = 0; lead < 50; lead++) {
          const turns = turnsOf(lines);
          const given = lines.indexOf(give(lines, mix(seed + lead)));
          const soonest = Math.min(...turns.flatMap(({ deadline }) => (deadline === null ? [] : [deadline])));
          expect(turns[given]?.deadline).toBe(soonest);
        }
      }),
    );
  });
});
