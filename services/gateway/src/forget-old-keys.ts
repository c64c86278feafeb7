/** Forgets idempotency keys after two days. A vendor that comes back later makes the same leads again, which are known. */
import type { Clock } from '@lead-router/stream/clock.ts';
import type { Logger } from '@lead-router/telemetry/logger.ts';
import type { GatewayStore } from './gateway-store.ts';

const HOUR_MS = 3_600_000;
const KEYS_KEPT_MS = 48 * HOUR_MS;

export interface ForgetOptions {
  readonly store: Pick<GatewayStore, 'forgetIdempotencyKeys'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/** Every hour until the signal aborts. Never rejects. */
export async function forgetOldKeys({ store, clock, logger, signal }: ForgetOptions): Promise<void> {
  while (!signal.aborted) {
    await store
      .forgetIdempotencyKeys(KEYS_KEPT_MS)
      .catch((error: unknown) => logger.warn({ error }, 'old idempotency keys are kept for another hour'));
    await clock.sleep(HOUR_MS, signal);
  }
}
