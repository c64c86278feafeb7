/**
 * Draws from a Beta distribution: what a rate may well be, given what has been seen of it. Two Gamma draws by G. Marsaglia and W. W. Tsang,
 * "A simple method for generating gamma variables" (2000), normals by A. J. Kinderman and J. F. Monahan's ratio (1977), which takes no
 * sine and no root. In logarithms, so that shapes far below 1 do not underflow.
 */
import type { Chance } from './chance.ts';
import { expOf, logOf, rootOf } from './exact-math.ts';

/** The root of 8 / e. */
const RATIO_WIDTH = 1.715_527_769_921_413_5;

/** From 0 to 1. @param a above 0, like successes. @param b above 0, like failures. */
export function drawBeta(a: number, b: number, chance: Chance): number {
  const successes = drawLogGamma(a, chance);
  const failures = drawLogGamma(b, chance);
  return 1 / (1 + expOf(failures - successes));
}

/** The logarithm of a Gamma draw with this shape and scale 1. */
function drawLogGamma(shape: number, chance: Chance): number {
  // Gamma(a) is Gamma(a + 1) times the a-th root of a uniform draw.
  if (shape < 1) return drawLogGamma(shape + 1, chance) + logOf(chance()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / (3 * rootOf(d));
  for (;;) {
    const x = drawNormal(chance);
    const root = 1 + c * x;
    if (root <= 0) continue;
    const v = root * root * root;
    if (logOf(chance()) < 0.5 * x * x + d - d * v + d * logOf(v)) return logOf(d * v);
  }
}

function drawNormal(chance: Chance): number {
  for (;;) {
    const u = chance();
    const x = (RATIO_WIDTH * (chance() - 0.5)) / u;
    if (x * x <= -4 * logOf(u)) return x;
  }
}
