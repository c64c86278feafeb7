/**
 * Sends what is due: leases rows, asks the channel, records the outcome and writes a receipt for each attempt.
 *
 * Input: rows of `deliveries` that are due. Output: the outside world; receipts on `lead.delivery.v1`.
 * Key and ordering: a lead's deliveries of one channel go one after the other, by revision.
 * Delivery guarantee: at least once; a repeat is possible only between the receiver's acceptance and our record of it, with the same id.
 * Failure: tried again by the schedule, then given up; an assignment that is no longer current is not sent.
 */
import type { LeasedDelivery, DeliveryOutcome as StoredOutcome } from '@lead-router/store/delivery-store.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import { delayAfter } from './retry-schedule.ts';

/** What a channel says about one attempt. */
export type SendAnswer =
  | { readonly kind: 'ACCEPTED'; readonly status: number }
  /** May work later. */
  | { readonly kind: 'FAILED'; readonly code: SendFailureCode; readonly status: number | null; readonly detail: string }
  /** The receiver wants no more of it (410), or there is nobody to send to any more. */
  | { readonly kind: 'REFUSED'; readonly code: SendFailureCode; readonly status: number | null; readonly detail: string };

export type SendFailureCode =
  | 'LR_NOTIFIER_STATUS'
  | 'LR_NOTIFIER_TIMEOUT'
  | 'LR_NOTIFIER_UNREACHABLE'
  | 'LR_NOTIFIER_REDIRECT'
  | 'LR_NOTIFIER_GONE'
  | 'LR_NOTIFIER_NO_CHANNEL';

/** One attempt that is over, for receipts and metrics. */
export interface Attempt {
  readonly delivery: LeasedDelivery;
  readonly outcome: 'DELIVERED' | 'RETRYING' | 'UNDELIVERABLE' | 'SUPERSEDED';
  readonly status: number | null;
  readonly errorCode: SendFailureCode | null;
  readonly durationMs: number;
}

export interface SendOptions {
  readonly lease: (request: {
    readonly now: number;
    readonly limit: number;
    readonly leaseMs: number;
  }) => Promise<readonly LeasedDelivery[]>;
  readonly finish: (outcomes: readonly StoredOutcome[]) => Promise<void>;
  readonly send: (delivery: LeasedDelivery) => Promise<SendAnswer>;
  readonly receipts: (attempts: readonly Attempt[]) => Promise<void>;
  readonly clock: Clock;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  /** Deliveries under way at once; all of a round are sent concurrently. */
  readonly limit: number;
  /** Longer than the slowest attempt. */
  readonly leaseMs: number;
}

/** One round; returns its attempts, so that the caller can go on at once while there is more. */
export async function sendDueDeliveries(options: SendOptions): Promise<readonly Attempt[]> {
  const leased = await options.lease({ now: options.clock.now(), limit: options.limit, leaseMs: options.leaseMs });
  if (leased.length === 0) return [];
  const done = await Promise.all(leased.map((delivery) => attempt(options, delivery)));
  await options.finish(done.map(({ stored }) => stored));
  const attempts = done.map(({ attempt: made }) => made);
  await options.receipts(attempts);
  return attempts;
}

interface Done {
  readonly attempt: Attempt;
  readonly stored: StoredOutcome;
}

async function attempt(options: SendOptions, delivery: LeasedDelivery): Promise<Done> {
  const { leadId, revision, channel, leaseToken } = delivery;
  const key = { leadId, revision, channel, leaseToken };
  const over = { nextAttemptAt: null, receipt: null, error: null };
  if (!delivery.isCurrent) {
    return {
      attempt: { delivery, outcome: 'SUPERSEDED', status: null, errorCode: null, durationMs: 0 },
      stored: { ...key, ...over, state: 'SUPERSEDED' },
    };
  }
  const startedAt = options.clock.now();
  const answer = await options.send(delivery);
  const endedAt = options.clock.now();
  const made = { delivery, status: answer.status, durationMs: endedAt - startedAt };
  if (answer.kind === 'ACCEPTED') {
    return {
      attempt: { ...made, outcome: 'DELIVERED', errorCode: null },
      stored: { ...key, ...over, state: 'DELIVERED', receipt: `status ${answer.status}` },
    };
  }
  const delayMs = answer.kind === 'FAILED' ? delayAfter(delivery.attempt, options.random()) : null;
  const error = `${answer.code}: ${answer.detail}`;
  if (delayMs === null)
    return {
      attempt: { ...made, outcome: 'UNDELIVERABLE', errorCode: answer.code },
      stored: { ...key, ...over, state: 'GIVEN_UP', error },
    };
  return {
    attempt: { ...made, outcome: 'RETRYING', errorCode: answer.code },
    stored: { ...key, ...over, state: 'PENDING', nextAttemptAt: endedAt + delayMs, error },
  };
}
