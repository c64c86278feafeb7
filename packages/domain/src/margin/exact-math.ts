/**
 * Logarithm, exponential and root of nothing but `+ - * /` and comparisons. ECMAScript fixes the last bit of those four, but leaves that
 * of `Math.log`, `Math.exp`, `Math.pow` and even `Math.sqrt` to the engine: a decision that was drawn with them might come out
 * otherwise under the next version of V8. Within 4 units in the last place of the true value, which is all that a draw needs.
 */

/** The upper bits of ln 2: a product with a whole number up to 2^20 is exact. Split as in fdlibm's e_log.c. */
const LN2_HIGH = 0.693_147_180_369_123_8;
const LN2_LOW = 1.908_214_929_270_587_7e-10;
const LN2 = LN2_HIGH + LN2_LOW;
const ROOT_HALF = Math.SQRT1_2;
const LOG_TERMS = 12;
const EXP_TERMS = 15;
/** Beyond these, 0 and Infinity are the nearest doubles. */
const LEAST_EXPONENT = -745.2;
const MOST_EXPONENT = 709.8;

/** Natural logarithm; -Infinity for 0, NaN below. */
export function logOf(value: number): number {
  if (!(value > 0)) return value === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (value === Number.POSITIVE_INFINITY) return value;
  const { fraction, exponent } = splitPowers(value);
  // ln f = 2 artanh((f - 1) / (f + 1)), whose series ends quickly as the argument is at most 0.172.
  const ratio = (fraction - 1) / (fraction + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let term = LOG_TERMS; term >= 0; term--) sum = sum * square + 1 / (2 * term + 1);
  return exponent * LN2_HIGH + (2 * ratio * sum + exponent * LN2_LOW);
}

/** e to the power of `value`. */
export function expOf(value: number): number {
  if (Number.isNaN(value)) return value;
  if (value < LEAST_EXPONENT) return 0;
  if (value > MOST_EXPONENT) return Number.POSITIVE_INFINITY;
  const powers = Math.floor(value / LN2 + 0.5);
  const rest = value - powers * LN2_HIGH - powers * LN2_LOW;
  let sum = 1;
  for (let term = EXP_TERMS; term >= 1; term--) sum = 1 + (sum * rest) / term;
  return scaled(sum, powers);
}

/** Square root by Newton's method; NaN below 0. */
export function rootOf(value: number): number {
  if (!(value > 0)) return value === 0 ? 0 : Number.NaN;
  if (value === Number.POSITIVE_INFINITY) return value;
  const { fraction, exponent } = splitPowers(value);
  const half = Math.floor(exponent / 2);
  const inner = exponent % 2 === 0 ? fraction : fraction * 2;
  let root = (1 + inner) / 2;
  for (let step = 0; step < 6; step++) root = (root + inner / root) / 2;
  return scaled(root, half);
}

/** `value` = `fraction` times 2 to `exponent`, exactly; `fraction` from the root of 1/2 to that of 2. */
function splitPowers(value: number): { readonly fraction: number; readonly exponent: number } {
  let fraction = value;
  let exponent = 0;
  while (fraction >= 2 * ROOT_HALF) {
    const isLarge = fraction >= 4_294_967_296;
    fraction /= isLarge ? 4_294_967_296 : 2;
    exponent += isLarge ? 32 : 1;
  }
  while (fraction < ROOT_HALF) {
    const isSmall = fraction < 1 / 4_294_967_296;
    fraction *= isSmall ? 4_294_967_296 : 2;
    exponent -= isSmall ? 32 : 1;
  }
  return { fraction, exponent };
}

function scaled(value: number, powers: number): number {
  let result = value;
  for (let left = powers; left > 0; left--) result *= 2;
  for (let left = powers; left < 0; left++) result /= 2;
  return result;
}
