/**
 * What is to be sent to the outside. The notifier's consumer writes a row per assignment and channel, once; senders lease rows,
 * send only what is still current, and record the outcome.
 */
import type { LeadId } from '@lead-router/domain/lead.ts';
import { type Column, encodeColumns, numberColumn, textColumn } from './column-encoding.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { type SqlValue, statement } from './statement.ts';

/** One intent: names of a lead, its revision and the channel. */
export interface DeliveryKey {
  readonly leadId: LeadId;
  readonly revision: number;
  /** `webhook`, `email`, … */
  readonly channel: string;
}

export interface NewDelivery extends DeliveryKey {
  readonly destinationId: string;
  readonly poolId: string | null;
  readonly agentId: string | null;
  /** What to send, as the sender understands it. */
  readonly payload: Buffer;
  readonly dueAt: number;
}

export interface LeasedDelivery extends DeliveryKey {
  readonly destinationId: string;
  readonly poolId: string | null;
  readonly agentId: string | null;
  readonly payload: Buffer;
  /** This attempt included. */
  readonly attempt: number;
  /** Has to come back with the outcome. */
  readonly leaseToken: number;
  /** False: the lead has moved on since (decided anew, or closed); do not send, record `SUPERSEDED`. */
  readonly isCurrent: boolean;
}

export type DeliveryState = 'PENDING' | 'DELIVERED' | 'SUPERSEDED' | 'GIVEN_UP';

export interface DeliveryOutcome extends DeliveryKey {
  readonly leaseToken: number;
  /** PENDING: to be tried again at `nextAttemptAt`. */
  readonly state: DeliveryState;
  /** Only for PENDING. */
  readonly nextAttemptAt: number | null;
  /** What the receiver answered, or why not; never personal. */
  readonly receipt: string | null;
  readonly error: string | null;
}

const NEW_DELIVERY_COLUMNS: readonly Column<NewDelivery>[] = [
  textColumn((delivery) => delivery.leadId),
  numberColumn((delivery) => delivery.revision),
  textColumn((delivery) => delivery.channel),
  textColumn((delivery) => delivery.destinationId),
  textColumn((delivery) => delivery.poolId),
  textColumn((delivery) => delivery.agentId),
  numberColumn((delivery) => delivery.dueAt),
];

/** $8 holds the payloads end to end, $9 and $10 where each begins (from 1) and its length. */
const INSERT = statement(
  'deliveries-insert',
  `INSERT INTO deliveries (lead_id, revision, channel, destination_id, pool_id, agent_id, next_attempt_at, payload)
   SELECT r.lead_id, r.revision, r.channel, r.destination_id, r.pool_id, r.agent_id, to_timestamp(r.due_at / 1000),
          substring($8::bytea FROM r.payload_from FOR r.payload_length)
     FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[], $9::integer[], $10::integer[])
       AS r (lead_id, revision, channel, destination_id, pool_id, agent_id, due_at, payload_from, payload_length)
    ORDER BY r.lead_id, r.revision, r.channel
   ON CONFLICT DO NOTHING`,
);

/**
 * One of a lead and channel at a time, the earliest revision first: its messages keep their order. One that waits for its next
 * attempt was overtaken by the decision that made the later one: it will end as superseded, and holds nobody up.
 */
const LEASE = statement(
  'deliveries-lease',
  `WITH due AS MATERIALIZED (
     SELECT d.lead_id, d.revision, d.channel
       FROM deliveries d
      WHERE d.state = 'PENDING' AND d.next_attempt_at <= to_timestamp($1::float8 / 1000)
        AND (d.leased_until IS NULL OR d.leased_until <= to_timestamp($1::float8 / 1000))
        AND NOT EXISTS (SELECT FROM deliveries e
                         WHERE e.lead_id = d.lead_id AND e.revision < d.revision AND e.channel = d.channel AND e.state = 'PENDING'
                           AND (e.attempts = 0 OR e.leased_until > to_timestamp($1::float8 / 1000)))
      ORDER BY d.next_attempt_at
      LIMIT $2
        FOR UPDATE OF d SKIP LOCKED),
   leased AS (
     UPDATE deliveries d
        SET leased_until = to_timestamp($3::float8 / 1000), lease_token = d.lease_token + 1, attempts = d.attempts + 1
       FROM due WHERE d.lead_id = due.lead_id AND d.revision = due.revision AND d.channel = due.channel
     RETURNING d.*)
   SELECT d.lead_id, d.revision, d.channel, d.destination_id, d.pool_id, d.agent_id, d.payload, d.attempts, d.lease_token,
          coalesce(l.revision = d.revision AND l.stage <> 'CLOSED', false) AS is_current
     FROM leased d LEFT JOIN leads l ON l.lead_id = d.lead_id
    ORDER BY d.next_attempt_at, d.lead_id`,
);

const FINISH = statement(
  'deliveries-finish',
  `UPDATE deliveries d
      SET state = r.state, next_attempt_at = coalesce(to_timestamp(r.next_attempt_at / 1000), d.next_attempt_at), leased_until = NULL,
          receipt = coalesce(r.receipt, d.receipt), last_error = r.error,
          finished_at = CASE WHEN r.state = 'PENDING' THEN NULL ELSE now() END
     FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[], $5::text[], $6::float8[], $7::text[], $8::text[])
       AS r (lead_id, revision, channel, lease_token, state, next_attempt_at, receipt, error)
    WHERE d.lead_id = r.lead_id AND d.revision = r.revision AND d.channel = r.channel
      AND d.lease_token = r.lease_token AND d.state = 'PENDING'`,
);

const OUTCOME_COLUMNS: readonly Column<DeliveryOutcome>[] = [
  textColumn((outcome) => outcome.leadId),
  numberColumn((outcome) => outcome.revision),
  textColumn((outcome) => outcome.channel),
  numberColumn((outcome) => outcome.leaseToken),
  textColumn((outcome) => outcome.state),
  numberColumn((outcome) => outcome.nextAttemptAt),
  textColumn((outcome) => outcome.receipt),
  textColumn((outcome) => outcome.error),
];

/** An intent that is known stays as it is. Idempotent. */
export const insertDeliveries = async (pool: PostgresPool, deliveries: readonly NewDelivery[]): Promise<void> => {
  if (deliveries.length === 0) return;
  await pool.run(INSERT, [...encodeColumns(NEW_DELIVERY_COLUMNS, deliveries), ...payloadValues(deliveries)]);
};

/** Due ones, earliest first, until `now + leaseMs`; concurrent callers get different ones. Each lease counts as an attempt. */
export const leaseDeliveries = async (
  pool: PostgresPool,
  request: { readonly now: number; readonly limit: number; readonly leaseMs: number },
): Promise<readonly LeasedDelivery[]> => {
  const rows = await pool.run<{
    lead_id: LeadId;
    revision: number;
    channel: string;
    destination_id: string;
    pool_id: string | null;
    agent_id: string | null;
    payload: Buffer;
    attempts: number;
    lease_token: number;
    is_current: boolean;
  }>(LEASE, [request.now, request.limit, request.now + request.leaseMs]);
  return rows.map((row) => ({
    leadId: row.lead_id,
    revision: row.revision,
    channel: row.channel,
    destinationId: row.destination_id,
    poolId: row.pool_id,
    agentId: row.agent_id,
    payload: row.payload,
    attempt: row.attempts,
    leaseToken: row.lease_token,
    isCurrent: row.is_current,
  }));
};

/** An outcome under a lease that was given to somebody else since changes nothing. Idempotent. */
export const finishDeliveries = async (pool: PostgresPool, outcomes: readonly DeliveryOutcome[]): Promise<void> => {
  if (outcomes.length === 0) return;
  await pool.run(FINISH, encodeColumns(OUTCOME_COLUMNS, outcomes));
};

const payloadValues = (deliveries: readonly NewDelivery[]): SqlValue[] => {
  let next = 1;
  const places = deliveries.map(({ payload }) => {
    const place = next;
    next += payload.length;
    return place;
  });
  return [
    Buffer.concat(deliveries.map(({ payload }) => payload)),
    `{${places.join(',')}}`,
    `{${deliveries.map(({ payload }) => payload.length).join(',')}}`,
  ];
};
