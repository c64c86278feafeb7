/**
 * Receipts of deliveries on their way to Kafka. They are written by the statement that ends an attempt (`delivery-store.ts`), leased
 * and published from here, and removed once Kafka has them: a crash in between publishes them again, under the same event id.
 */
import { numberArray } from './column-encoding.ts';
import type { AttemptOutcome, DeliveryKey } from './delivery-store.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

export interface LeasedReceipt extends DeliveryKey {
  readonly receiptId: number;
  readonly destinationId: string;
  /** From 1. */
  readonly attempt: number;
  readonly outcome: AttemptOutcome;
  readonly status: number | null;
  readonly errorCode: string | null;
  readonly durationMs: number;
  readonly endedAt: number;
  /** This was given up, and no other channel has told the same or still may: nobody knows of this assignment, or not who was asked. */
  readonly isUntold: boolean;
}

/** The first of each lead only: so its receipts are published in order, whoever publishes them. */
const LEASE = statement(
  'delivery-receipts-lease',
  `WITH due AS MATERIALIZED (
     SELECT r.receipt_id
       FROM delivery_receipts r
      WHERE (r.leased_until IS NULL OR r.leased_until <= to_timestamp($1::float8 / 1000))
        AND NOT EXISTS (SELECT FROM delivery_receipts e WHERE e.lead_id = r.lead_id AND e.receipt_id < r.receipt_id)
      ORDER BY r.receipt_id
      LIMIT $2
        FOR UPDATE OF r SKIP LOCKED),
   leased AS (
     UPDATE delivery_receipts r SET leased_until = to_timestamp($3::float8 / 1000) FROM due WHERE r.receipt_id = due.receipt_id
     RETURNING r.*)
   SELECT r.receipt_id AS "receiptId", r.lead_id AS "leadId", r.revision, r.channel, r.destination_id AS "destinationId",
          r.agent_id AS "agentId", r.attempt, r.outcome, r.status, r.error_code AS "errorCode", r.duration_ms AS "durationMs",
          r.ended_at AS "endedAt",
          r.outcome = 'UNDELIVERABLE' AND r.channel IN ('webhook', 'email', 'offer')
            AND NOT EXISTS (SELECT FROM deliveries d
                             WHERE d.lead_id = r.lead_id AND d.revision = r.revision AND d.channel IN ('webhook', 'email', 'offer')
                               AND (d.channel <> 'offer' OR r.channel <> 'offer' OR d.agent_id = r.agent_id)
                               AND d.state IN ('PENDING', 'DELIVERED')) AS "isUntold"
     FROM leased r
    ORDER BY r.receipt_id`,
);

const REMOVE = statement('delivery-receipts-remove', 'DELETE FROM delivery_receipts WHERE receipt_id = ANY ($1::bigint[])');

/** Oldest first, one a lead, until `now + leaseMs`; concurrent callers get different ones. */
export const leaseReceipts = (
  pool: PostgresPool,
  request: { readonly now: number; readonly limit: number; readonly leaseMs: number },
): Promise<readonly LeasedReceipt[]> => pool.run<LeasedReceipt>(LEASE, [request.now, request.limit, request.now + request.leaseMs]);

/** Once Kafka has them. Idempotent. */
export const removeReceipts = async (pool: PostgresPool, receipts: readonly Pick<LeasedReceipt, 'receiptId'>[]): Promise<void> => {
  if (receipts.length === 0) return;
  await pool.run(REMOVE, [numberArray(receipts.map(({ receiptId }) => receiptId))]);
};
