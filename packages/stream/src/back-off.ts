/** How long to wait before the next attempt: doubling, bounded, with jitter so that partitions do not knock together. */

export interface BackOffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
}

export const defaultBackOff: BackOffOptions = { firstMs: 200, maxMs: 10_000 };

/** `failures` counts from 1; `random` is in [0, 1). The answer lies between half and all of the doubled time. */
export const backOffMs = (failures: number, random: number, { firstMs, maxMs }: BackOffOptions = defaultBackOff): number =>
  Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30)) * (0.5 + random / 2);
