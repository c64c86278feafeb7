// Waits until a server answers: gives up when it has ended or when time is over, and says in between that it still waits.

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from './infrastructure-error.ts';

export interface Waiting {
  /** As a person calls the server, in messages. */
  readonly title: string;
  /** Resolves when it answers, rejects with the reason why not yet. */
  readonly probe: () => Promise<void>;
  readonly timeoutMs: number;
  readonly onProgress: (line: string) => void;
  readonly hasEnded?: () => boolean;
}

export type Readiness = { readonly kind: 'ready' } | { readonly kind: 'ended' } | { readonly kind: 'timed out'; readonly reason: string };

const PROBE_EVERY_MS = 40;
const PROGRESS_EVERY_MS = 5_000;

export async function awaitReady({ title, probe, timeoutMs, onProgress, hasEnded }: Waiting): Promise<Readiness> {
  const startedAt = performance.now();
  let nextProgressMs = PROGRESS_EVERY_MS;
  for (;;) {
    const reason = await probe().then(() => undefined, reasonOf);
    // Asked after the probe: somebody else's server on the same port must not pass for ours.
    if (hasEnded?.() === true) return { kind: 'ended' };
    if (reason === undefined) return { kind: 'ready' };
    const elapsedMs = performance.now() - startedAt;
    if (elapsedMs > timeoutMs) return { kind: 'timed out', reason };
    if (elapsedMs > nextProgressMs) {
      onProgress(`${title}: no answer yet after ${Math.round(elapsedMs / 1000)} s`);
      nextProgressMs += PROGRESS_EVERY_MS;
    }
    await sleep(PROBE_EVERY_MS);
  }
}

/** `fetch failed` and its like hide the reason in their cause; several addresses of a name in an AggregateError. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error && error.cause !== undefined ? reasonOf(error.cause) : messageOf(error);
}
