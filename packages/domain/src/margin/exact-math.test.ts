/** The engine's own functions are the yardstick: near enough, everywhere; and a few results are pinned to the last bit. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expOf, logOf, rootOf } from './exact-math.ts';

const CLOSE = 4 * Number.EPSILON;
const distance = (got: number, wanted: number): number => Math.abs(got - wanted) / Math.max(Math.abs(wanted), Number.MIN_VALUE);
const positive = fc.double({ min: 1e-300, max: 1e300, noNaN: true });

describe('exact mathematics', () => {
  it('takes logarithms', () => {
    fc.assert(
      fc.property(positive, (value) => {
        const wanted = Math.log(value);
        expect(Math.abs(logOf(value) - wanted)).toBeLessThanOrEqual(CLOSE * Math.max(Math.abs(wanted), Math.abs(value - 1) < 0.5 ? 0 : 1));
      }),
      { numRuns: 5_000 },
    );
  });

  it('takes exponentials', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (value) => {
        expect(distance(expOf(value), Math.exp(value))).toBeLessThanOrEqual(CLOSE);
      }),
      { numRuns: 5_000 },
    );
  });

  it('takes roots', () => {
    fc.assert(
      fc.property(positive, (value) => {
        expect(distance(rootOf(value), Math.sqrt(value))).toBeLessThanOrEqual(CLOSE);
      }),
      { numRuns: 5_000 },
    );
  });

  it('answers at the ends', () => {
    expect([logOf(1), logOf(0), logOf(Infinity), logOf(-1)]).toEqual([0, -Infinity, Infinity, Number.NaN]);
    expect([expOf(0), expOf(-1e9), expOf(1e9), expOf(Number.NaN)]).toEqual([1, 0, Infinity, Number.NaN]);
    expect([rootOf(0), rootOf(4), rootOf(Infinity), rootOf(-1)]).toEqual([0, 2, Infinity, Number.NaN]);
    expect(distance(logOf(Number.MIN_VALUE), Math.log(Number.MIN_VALUE))).toBeLessThan(CLOSE);
  });

  it('gives these bits, on any machine', () => {
    const bits = (value: number): string => {
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, value);
      return view.getBigUint64(0).toString(16);
    };
    expect([logOf(0.1), logOf(7), expOf(-0.3), expOf(20.5), rootOf(2), rootOf(0.3)].map(bits)).toMatchInlineSnapshot(`
      [
        "c0026bb1bbb55515",
        "3fff2272ae325a57",
        "3fe7b4c869c37c05",
        "41c7d6c4f0bcdd5c",
        "3ff6a09e667f3bcc",
        "3fe186f174f88472",
      ]
    `);
  });
});
