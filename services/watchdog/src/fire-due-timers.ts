/**
 * The watchdog's whole job: due timers become `TimerFired` in the router's inbox.
 *
 * Input: rows of `timers` that are due. Output: `lead.inbox.v1`. Key and ordering: the timer's id; none needed.
 * Delivery guarantee: at least once; the event id is made of timer and generation, so the router sees each firing once.
 * Failure: the lease runs out and another round, here or elsewhere, fires it again. Emitted first, marked after, by generation:
 * a timer that was set anew in between stays due.
 */
import type { DueTimer, TimerStore } from '@lead-router/store/router-store.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { OutgoingRecord, RecordProducer } from '@lead-router/stream/kafka-port.ts';
import { type PollingLoopOptions, runPollingLoop } from '@lead-router/stream/polling-loop.ts';

export interface WatchdogOptions {
  readonly timers: TimerStore;
  readonly producer: Pick<RecordProducer, 'send'>;
  readonly clock: Clock;
  readonly timerFired: (timer: DueTimer, recordedAt: number) => OutgoingRecord;
  /** Most timers a round leases. */
  readonly limit: number;
  /** Longer than a round mostly takes; a dead instance's timers are late by this much. */
  readonly leaseMs: number;
}

/** One round; returns what it fired, so that the caller can go on at once while there is more. */
export async function fireDueTimers(options: WatchdogOptions): Promise<readonly DueTimer[]> {
  const now = options.clock.now();
  const due = await options.timers.leaseDueTimers({ now, limit: options.limit, leaseMs: options.leaseMs });
  if (due.length === 0) return due;
  await options.producer.send(due.map((timer) => options.timerFired(timer, now)));
  await options.timers.markFired(due);
  return due;
}

export type WatchdogLoopOptions = WatchdogOptions & Omit<PollingLoopOptions<DueTimer>, 'round'>;

/** Rounds until the signal aborts. Never rejects. */
export function runWatchdogLoop(options: WatchdogLoopOptions): Promise<void> {
  return runPollingLoop({ ...options, round: () => fireDueTimers(options) });
}
