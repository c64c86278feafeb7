/**
 * Sends what is due: leases rows, asks the channel of each, records the outcome together with its receipt.
 *
 * Input: rows of `deliveries` that are due. Output: the outside world; rows of `delivery_receipts`.
 * Key and ordering: a lead's deliveries of one channel go one after the other, by revision.
 * Delivery guarantee: at least once; a repeat is possible only between the receiver's acceptance and our record of it, with the same id.
 * Failure: tried again by the schedule, then given up; an assignment that is no longer current is not sent.
 * Metrics: `lead_router_deliveries_total`, by channel and outcome.
 */
import type { LeasedDelivery, LeaseRequest, DeliveryOutcome as StoredOutcome } from '@lead-router/store/delivery-store.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { RestingDestinations } from './resting-destinations.ts';
import { delayAfter } from './retry-schedule.ts';

/** What a channel says about one attempt. */
export type SendAnswer =
  | { readonly kind: 'ACCEPTED'; readonly status: number }
  /** May work later; not before `retryAfterMs`, if the receiver says so. */
  | (Refusal & { readonly kind: 'FAILED'; readonly retryAfterMs?: number | null })
  /** The receiver wants no more of it (410, no such mailbox), or there is nobody to send to any more. */
  | (Refusal & { readonly kind: 'REFUSED' });

interface Refusal {
  readonly code: SendFailureCode;
  /** HTTP or SMTP; null without an answer. */
  readonly status: number | null;
  /** For people who run this; never personal. */
  readonly detail: string;
}

export type SendFailureCode =
  | 'LR_NOTIFIER_STATUS'
  | 'LR_NOTIFIER_TIMEOUT'
  | 'LR_NOTIFIER_UNREACHABLE'
  | 'LR_NOTIFIER_ADDRESS_REFUSED'
  | 'LR_NOTIFIER_REDIRECT'
  | 'LR_NOTIFIER_GONE'
  /** The mail server refuses this recipient or this mail for good. */
  | 'LR_NOTIFIER_MAIL_REFUSED'
  /** Neither the agent nor the destination has an address. */
  | 'LR_NOTIFIER_NO_ADDRESS'
  /** A setting is missing, or the rules no longer have this channel. */
  | 'LR_NOTIFIER_NO_CHANNEL'
  /** Nothing is kept of the lead any more. */
  | 'LR_NOTIFIER_NO_LEAD'
  /** Nothing was sent: a fault of our own, to be found in the log. */
  | 'LR_NOTIFIER_INTERNAL';

/** One attempt that is over, for metrics. */
export interface Attempt {
  readonly delivery: LeasedDelivery;
  readonly outcome: StoredOutcome['outcome'];
  readonly status: number | null;
  readonly errorCode: SendFailureCode | null;
  readonly durationMs: number;
}

export interface SendOptions {
  readonly lease: (request: LeaseRequest) => Promise<readonly LeasedDelivery[]>;
  /** Outcomes under leases of somebody else are ignored. */
  readonly finish: (outcomes: readonly StoredOutcome[]) => Promise<void>;
  readonly send: (delivery: LeasedDelivery) => Promise<SendAnswer>;
  readonly onBug: (error: unknown) => void;
  readonly resting: RestingDestinations;
  readonly clock: Clock;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
  readonly retryDelaysMs: readonly number[];
  /** Deliveries under way at once. */
  readonly limit: number;
  /** Longer than the slowest attempt. */
  readonly leaseMs: number;
  /** A round ends after so long, with what has ended by then: a slow receiver does not hold up the others. */
  readonly sliceMs: number;
}

export interface Sender {
  /** Leases, sends, records what has ended. Rejects when Postgres is away; outcomes are kept for the next round. */
  round(): Promise<readonly Attempt[]>;
  /** Waits for what is under way, and records it. */
  finish(): Promise<void>;
}

export function createSender(options: SendOptions): Sender {
  const underWay = new Set<Promise<void>>();
  let ended: readonly Done[] = [];

  const record = async (): Promise<readonly Attempt[]> => {
    const done = ended;
    if (done.length === 0) return [];
    await options.finish(done.map(({ stored }) => stored));
    ended = ended.slice(done.length);
    return done.map(({ attempt: made }) => made);
  };
  const start = (delivery: LeasedDelivery): void => {
    const work = attempt(options, delivery).then((done) => {
      ended = [...ended, done];
      underWay.delete(work);
    });
    underWay.add(work);
  };

  return {
    round: async () => {
      // First, or the rows would be leased and sent a second time.
      const late = await record();
      const limit = options.limit - underWay.size;
      const request = { now: options.clock.now(), limit, leaseMs: options.leaseMs, resting: options.resting.names() };
      if (limit > 0) for (const delivery of await options.lease(request)) start(delivery);
      if (underWay.size > 0) await settledWithin(options, underWay);
      return [...late, ...(await record())];
    },
    finish: async () => {
      await Promise.all(underWay);
      await record();
    },
  };
}

async function settledWithin({ clock, sliceMs }: SendOptions, work: ReadonlySet<Promise<void>>): Promise<void> {
  const isOver = new AbortController();
  await Promise.race([Promise.all(work), clock.sleep(sliceMs, isOver.signal)]);
  isOver.abort();
}

interface Done {
  readonly attempt: Attempt;
  readonly stored: StoredOutcome;
}

/** Never rejects. */
async function attempt(options: SendOptions, delivery: LeasedDelivery): Promise<Done> {
  const startedAt = options.clock.now();
  if (!delivery.isCurrent) return doneWith(delivery, { outcome: 'SUPERSEDED', endedAt: startedAt });
  const answer = await options.send(delivery).catch((error: unknown): SendAnswer => {
    options.onBug(error);
    return { kind: 'FAILED', code: 'LR_NOTIFIER_INTERNAL', status: null, detail: 'nothing was sent: see the log of the notifier' };
  });
  const endedAt = options.clock.now();
  const made = { status: answer.status, durationMs: endedAt - startedAt, endedAt };
  if (delivery.channel === 'webhook') options.resting.note(delivery.destinationId, { isReached: answer.status !== null });
  if (answer.kind === 'ACCEPTED') return doneWith(delivery, { ...made, outcome: 'DELIVERED', receipt: `status ${answer.status}` });
  const failure = { ...made, errorCode: answer.code, error: `${answer.code}: ${answer.detail}` };
  const delayMs =
    answer.kind === 'FAILED' ? delayAfter({ ...answer, attempt: delivery.attempt, random: options.random() }, options.retryDelaysMs) : null;
  if (delayMs === null) return doneWith(delivery, { ...failure, outcome: 'UNDELIVERABLE' });
  return doneWith(delivery, { ...failure, outcome: 'RETRYING', nextAttemptAt: endedAt + delayMs });
}

const STATE_AFTER = {
  DELIVERED: 'DELIVERED',
  RETRYING: 'PENDING',
  UNDELIVERABLE: 'GIVEN_UP',
  SUPERSEDED: 'SUPERSEDED',
} as const satisfies Readonly<Record<StoredOutcome['outcome'], StoredOutcome['state']>>;

type Ending = Pick<StoredOutcome, 'outcome' | 'endedAt'> &
  Partial<Pick<StoredOutcome, 'status' | 'durationMs' | 'receipt' | 'error' | 'nextAttemptAt'>> & { readonly errorCode?: SendFailureCode };

function doneWith(delivery: LeasedDelivery, ending: Ending): Done {
  const { leadId, revision, channel, agentId, leaseToken } = delivery;
  const { outcome, status = null, errorCode = null, durationMs = 0, receipt = null, error = null, nextAttemptAt = null, endedAt } = ending;
  return {
    attempt: { delivery, outcome, status, errorCode, durationMs },
    stored: {
      ...{ leadId, revision, channel, agentId, leaseToken, state: STATE_AFTER[outcome], nextAttemptAt, receipt, error },
      ...{ outcome, status, errorCode, durationMs, endedAt },
    },
  };
}
