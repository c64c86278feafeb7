/** What goes wrong, and how often: asked by the scheduler for every operation, answered out of the seed. */
import type { Random } from './random.ts';

export interface FaultPlan {
  /** The name of one of the offered faults, or null: the operation does what it should. */
  chooseFault(names: readonly string[]): string | null;
  /** How long the operation is held up before it may happen, in virtual milliseconds. */
  delayMs(): number;
  /** How far the clock moves with a step, in virtual milliseconds. */
  stepMs(): number;
}

/** Everything works, nothing is late. */
export const calmPlan: FaultPlan = {
  chooseFault: () => null,
  delayMs: () => 0,
  stepMs: () => 1,
};

export interface SeededFaultOptions {
  readonly random: Random;
  /** Probability that an operation which can go wrong does. */
  readonly faultRate: number;
  readonly delayRate: number;
  readonly maxDelayMs: number;
  /** Probability that the clock leaps: the whole machine was asleep. */
  readonly leapRate: number;
  readonly maxLeapMs: number;
  /** How long an ordinary step takes at most. Default 2. */
  readonly maxStepMs?: number;
}

export function createSeededFaultPlan(options: SeededFaultOptions): FaultPlan {
  const { random, maxStepMs = 2 } = options;
  return {
    chooseFault: (names) => (names.length > 0 && random.chance(options.faultRate) ? random.pick(names) : null),
    delayMs: () => (random.chance(options.delayRate) ? random.logUniform(5, options.maxDelayMs) : 0),
    stepMs: () => (random.chance(options.leapRate) ? random.logUniform(10, options.maxLeapMs) : random.int(maxStepMs + 1)),
  };
}
