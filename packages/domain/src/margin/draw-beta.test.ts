/** The draws are of the distribution that they say: mean, variance, and the whole curve (Kolmogorov and Smirnov's distance). */
import { describe, expect, it } from 'vitest';
import { openChance } from './chance.ts';
import { drawBeta } from './draw-beta.ts';

const DRAWS = 20_000;
/** Exceeded once in a million samples of the right distribution; the seeds are fixed, so never by accident. */
const MOST_DISTANCE = 2.69 / Math.sqrt(DRAWS);
const SHAPES: readonly (readonly [a: number, b: number])[] = [
  [1, 1],
  [0.5, 0.5],
  [0.02, 1.5],
  [2, 18],
  [0.4, 19.6],
  [30, 3],
  [1_200, 9_000],
  [1, 0.1],
];

/** ln of the Gamma function (Lanczos, g = 7). */
function logGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905, -0.13857109526572012,
    9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = 0.9999999999998099;
  for (const [index, term] of terms.entries()) sum += term / (x + index);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Share of the distribution at or below `x`: the regularised incomplete Beta function, as Lentz's continued fraction. */
function betaShare(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(b, a, 1 - x);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const safe = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let d = 1 / safe(1 - ((a + b) * x) / (a + 1));
  let c = 1;
  let fraction = d;
  for (let m = 1; m <= 1_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / safe(1 + even * d);
    c = safe(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / safe(1 + odd * d);
    c = safe(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-12) break;
  }
  return front * fraction;
}

const sample = (a: number, b: number): readonly number[] => {
  const chance = openChance(20_261_122, Math.round(a * 1_000 + b));
  return Array.from({ length: DRAWS }, () => drawBeta(a, b, chance));
};

describe('drawing from a Beta distribution', () => {
  it.each(SHAPES)('has the mean and variance of Beta(%d, %d)', (a, b) => {
    const draws = sample(a, b);
    const mean = a / (a + b);
    const variance = (mean * (1 - mean)) / (a + b + 1);
    const seen = draws.reduce((sum, draw) => sum + draw, 0) / DRAWS;
    const spread = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / DRAWS;
    expect(Math.abs(seen - mean)).toBeLessThan(5 * Math.sqrt(variance / DRAWS));
    expect(spread / variance).toBeGreaterThan(0.9);
    expect(spread / variance).toBeLessThan(1.1);
  });

  it.each(SHAPES)('has the curve of Beta(%d, %d)', (a, b) => {
    const draws = [...sample(a, b)].sort((x, y) => x - y);
    let worst = 0;
    for (const [index, draw] of draws.entries()) {
      const wanted = betaShare(a, b, draw);
      // Draws nearer to an end than a double can say are one point there.
      if (draw < 1e-12 || draw > 1 - 1e-12) continue;
      worst = Math.max(worst, Math.abs(wanted - index / DRAWS), Math.abs(wanted - (index + 1) / DRAWS));
    }
    expect(worst).toBeLessThan(MOST_DISTANCE);
  });

  it('tells a neighbouring distribution apart', () => {
    const draws = [...sample(2, 18)].sort((x, y) => x - y);
    const distance = Math.max(...draws.map((draw, index) => Math.abs(betaShare(2.2, 18, draw) - index / DRAWS)));
    expect(distance).toBeGreaterThan(MOST_DISTANCE);
  });

  it('stays between 0 and 1 at extreme shapes', () => {
    const chance = openChance(1, 2);
    for (const [a, b] of [
      [1e-6, 1e-6],
      [1e9, 1],
      [1, 1e9],
      [1e-6, 1e6],
    ] as const)
      for (let draw = 0; draw < 1_000; draw++) {
        const rate = drawBeta(a, b, chance);
        expect(rate >= 0 && rate <= 1).toBe(true);
      }
  });

  it('draws the same from the same seed', () => {
    const draws = (): readonly number[] => [1, 2, 3].map((name) => drawBeta(2, 18, openChance(77, name)));
    expect(draws()).toEqual(draws());
    expect(draws()).toMatchInlineSnapshot(`
      [
        0.02370490510873546,
        0.23960310989672037,
        0.291750658706235,
      ]
    `);
  });
});

describe('chance', () => {
  it('is spread evenly, over seeds and names as well as in one sequence', () => {
    const counts = new Array<number>(64).fill(0);
    const put = (value: number): void => {
      const slot = Math.floor(value * 64);
      counts[slot] = (counts[slot] ?? 0) + 1;
    };
    for (let seed = 0; seed < 64_000; seed++) put(openChance(seed, 5)());
    for (let name = 0; name < 64_000; name++) put(openChance(5, name)());
    const one = openChance(9, 9);
    for (let draw = 0; draw < 64_000; draw++) put(one());
    const chiSquare = counts.reduce((sum, count) => sum + (count - 3_000) ** 2 / 3_000, 0);
    // 63 degrees of freedom: above 118 once in 30,000.
    expect(chiSquare).toBeLessThan(118);
  });
});
