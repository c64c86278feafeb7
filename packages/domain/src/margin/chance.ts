/**
 * Chance out of a seed, for one decision: Chris Doty-Humphrey's sfc32 (PractRand), whose state of 128 bits is made of the decision's seed
 * and of a name, so that what one candidate draws depends neither on the others nor on their order. Whole numbers alone until the last
 * step, and that one exact: the same on every machine.
 */
import { mix } from '../ledger.ts';

/** Above 0 and below 1; 52 bits. */
export type Chance = () => number;

const WARM_UP = 12;

export function openChance(seed: number, name: number): Chance {
  let a = mix(seed) | 0;
  let b = mix(name ^ 0x9e3779b9) | 0;
  let c = mix(seed ^ Math.imul(name, 0x85ebca6b)) | 0;
  let counter = 1;
  const word = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let step = 0; step < WARM_UP; step++) word();
  // 26 bits and 26 bits, and half a step: never 0 and never 1.
  return () => ((word() >>> 6) * 67_108_864 + (word() >>> 6) + 0.5) / 4_503_599_627_370_496;
}
