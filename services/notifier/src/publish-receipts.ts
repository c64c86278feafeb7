/**
 * Publishes what the ends of attempts have left in `delivery_receipts`: a receipt each, and an activity where nobody could be told.
 *
 * Input: rows of `delivery_receipts`. Output: `lead.delivery.v1`; `lead.inbox.v1`.
 * Key and ordering: lead id; a lead's receipts in the order of the attempts.
 * Delivery guarantee: at least once, under event ids that follow from the attempt; a row goes only once Kafka has its records.
 * Failure: Kafka or Postgres down: the next round, or whoever takes the lease over.
 */
import type { LeasedReceipt } from '@lead-router/store/receipt-store.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';

export interface PublishOptions {
  readonly lease: (request: {
    readonly now: number;
    readonly limit: number;
    readonly leaseMs: number;
  }) => Promise<readonly LeasedReceipt[]>;
  readonly remove: (receipts: readonly LeasedReceipt[]) => Promise<void>;
  readonly send: (records: readonly OutgoingRecord[]) => Promise<void>;
  readonly toRecords: (receipt: LeasedReceipt) => readonly OutgoingRecord[];
  readonly clock: Clock;
  readonly limit: number;
  readonly leaseMs: number;
}

/** One round; returns what was published. */
export async function publishReceipts(options: PublishOptions): Promise<readonly LeasedReceipt[]> {
  const leased = await options.lease({ now: options.clock.now(), limit: options.limit, leaseMs: options.leaseMs });
  if (leased.length === 0) return [];
  await options.send(leased.flatMap((receipt) => options.toRecords(receipt)));
  await options.remove(leased);
  return leased;
}
