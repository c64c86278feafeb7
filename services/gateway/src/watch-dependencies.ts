/**
 * Asks Kafka and Postgres now and then whether they answer: a gateway that is not ready gets no requests, so none would find out
 * that they are back.
 */
import type { Clock } from '@lead-router/stream/clock.ts';
import type { Health } from '@lead-router/telemetry/health.ts';

export interface WatchOptions {
  /** By name of the dependency; a rejection means that it is down. */
  readonly probes: Readonly<Record<string, () => Promise<unknown>>>;
  readonly health: Pick<Health, 'dependency'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const WHILE_UP_MS = 5_000;
const WHILE_DOWN_MS = 500;

/** Until the signal aborts. Never rejects. */
export async function watchDependencies(options: WatchOptions): Promise<void> {
  await Promise.all(Object.entries(options.probes).map(([dependency, probe]) => watchOne(options, dependency, probe)));
}

async function watchOne({ health, clock, signal }: WatchOptions, dependency: string, probe: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    const error = await probe().then(
      () => null,
      (raised: unknown) => raised ?? new Error('no reason given'),
    );
    if (signal.aborted) return;
    const isUp = error === null;
    health.dependency(dependency, isUp ? { up: true } : { up: false, detail: error instanceof Error ? error.message : String(error) });
    await clock.sleep(isUp ? WHILE_UP_MS : WHILE_DOWN_MS, signal);
  }
}
