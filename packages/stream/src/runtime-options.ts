/** What the at-least-once runtime is given: everything from outside, so that a simulator can own all of it. */

import type { Health } from '@lead-router/telemetry/health.ts';
import type { Logger } from '@lead-router/telemetry/logger.ts';
import type { Metrics } from '@lead-router/telemetry/metrics.ts';
import type { BackOffOptions } from './back-off.ts';
import type { ChunkLimits } from './chunks.ts';
import type { Clock } from './clock.ts';
import type { BreakerOptions } from './dead-letter-breaker.ts';
import type { KafkaPort } from './kafka-port.ts';

export interface RuntimeOptions {
  readonly kafka: KafkaPort;
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly logger: Logger;
  /** The process should end: a bug, or a consumer that makes no progress. Called once. */
  readonly onFault: (error: unknown) => void;
  /** A source's dead-letter breaker has opened; the partition or topic stays unread until a restart. */
  readonly onBreakerOpen?: (opened: { readonly source: string; readonly topic: string; readonly partition: number }) => void;
  readonly chunk?: ChunkLimits;
  readonly backOff?: BackOffOptions;
  readonly breaker?: BreakerOptions;
  readonly commitIntervalMs?: number;
  readonly watchdog?: WatchdogOptions;
  /** An output above it is a dead letter, because the broker would refuse the whole call for it. */
  readonly maxRecordBytes?: number;
}

export interface WatchdogOptions {
  readonly checkEveryMs: number;
  /** Lag without progress for so long is a fault. */
  readonly patienceMs: number;
}

export const defaultWatchdog: WatchdogOptions = { checkEveryMs: 10_000, patienceMs: 60_000 };
export const defaultCommitIntervalMs = 100;
export const defaultMaxRecordBytes = 900_000;
