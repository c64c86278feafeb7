/**
 * What is to be sent to the outside. The notifier's consumer writes a row per assignment and channel, once; senders lease rows,
 * send only what is still current, and record the outcome together with its receipt.
 */
import type { LeadId } from '@lead-router/domain/lead.ts';
import { type Column, encodeColumns, numberColumn, textArray, textColumn, textListColumn } from './column-encoding.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { type SqlValue, statement } from './statement.ts';

/**
 * `webhook` and `email` tell the owner, `offer` is a mail to one of those whom a lead is offered to; the warnings are mails to the same, before a promise is broken; `reply` answers the lead itself,
 * once whatever the revision.
 */
export type DeliveryChannel = 'webhook' | 'email' | 'offer' | 'reply' | 'accept-warning' | 'response-warning';

/** One intent: names of a lead, its revision, the channel, and to whom: all but offers have one addressee. */
export interface DeliveryKey {
  readonly leadId: LeadId;
  readonly revision: number;
  readonly channel: DeliveryChannel;
  readonly agentId: string | null;
}

export interface NewDelivery extends DeliveryKey {
  readonly destinationId: string;
  readonly poolId: string | null;
  /** What to send, as the sender understands it; kept until the delivery is over. */
  readonly payload: Buffer;
  readonly dueAt: number;
}

/** A lead and the keyed hashes of its person: whoever is told of another lead of theirs is told of this one too. */
export interface KnownLead {
  readonly leadId: LeadId;
  readonly identities: readonly string[];
}

/** What follows of decisions and warnings. */
export interface PlannedDeliveries {
  readonly deliveries: readonly NewDelivery[];
  readonly known: readonly KnownLead[];
}

export interface LeasedDelivery extends DeliveryKey {
  readonly destinationId: string;
  readonly poolId: string | null;
  readonly payload: Buffer;
  /** This attempt included. */
  readonly attempt: number;
  /** Has to come back with the outcome. */
  readonly leaseToken: number;
  /** False: the lead has moved on since (decided anew, closed, what was warned of is done, whom it was offered to has declined); do not send, record `SUPERSEDED`. */
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
  /** For the receipt of this attempt. */
  readonly outcome: AttemptOutcome;
  readonly status: number | null;
  readonly errorCode: string | null;
  readonly durationMs: number;
  readonly endedAt: number;
}

export type AttemptOutcome = 'DELIVERED' | 'RETRYING' | 'UNDELIVERABLE' | 'SUPERSEDED';

/** On the receipt of an attempt whose sender died: whether the receiver took it, nobody knows. */
export const ABANDONED_CODE = 'LR_NOTIFIER_OUTCOME_UNKNOWN';

const NEW_DELIVERY_COLUMNS: readonly Column<NewDelivery>[] = [
  textColumn((delivery) => delivery.leadId),
  numberColumn((delivery) => delivery.revision),
  textColumn((delivery) => delivery.channel),
  textColumn((delivery) => delivery.destinationId),
  textColumn((delivery) => delivery.poolId),
  textColumn((delivery) => delivery.agentId),
  numberColumn((delivery) => delivery.dueAt),
];

const KNOWN_LEAD_COLUMNS: readonly Column<KnownLead>[] = [textColumn((known) => known.leadId), textListColumn((known) => known.identities)];

/** $8 holds the payloads end to end, $9 and $10 where each begins (from 1) and its length. */
const INSERT = statement(
  'deliveries-insert',
  `WITH given AS MATERIALIZED (
     SELECT * FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[],
                          $9::integer[], $10::integer[])
       AS r (lead_id, revision, channel, destination_id, pool_id, agent_id, due_at, payload_from, payload_length)),
   known AS (
     INSERT INTO told_leads (identity, lead_id)
     SELECT DISTINCT i.identity, k.lead_id
       FROM unnest($11::uuid[], $12::text[]) AS k (lead_id, identities) CROSS JOIN LATERAL unnest(k.identities::text[]) AS i (identity)
      ORDER BY 1, 2
     ON CONFLICT DO NOTHING)
   INSERT INTO deliveries (lead_id, revision, channel, destination_id, pool_id, agent_id, next_attempt_at, payload)
   SELECT r.lead_id, r.revision, r.channel, r.destination_id, r.pool_id, r.agent_id, to_timestamp(r.due_at / 1000),
          substring($8::bytea FROM r.payload_from FOR r.payload_length)
     FROM given r
    ORDER BY r.lead_id, r.revision, r.channel, r.agent_id
   ON CONFLICT DO NOTHING`,
);

/**
 * One of a lead and channel at a time, the earliest revision first: its messages keep their order. One that waits for its next
 * attempt was overtaken by the decision that made the later one: it will end as superseded, and holds nobody up.
 * A row whose lease ran out belonged to a sender that died: that attempt gets the receipt that nobody else will write.
 */
const LEASE = statement(
  'deliveries-lease',
  `WITH due AS MATERIALIZED (
     SELECT d.lead_id, d.revision, d.channel, d.destination_id, d.agent_id, d.attempts, d.leased_until
       FROM deliveries d
      WHERE d.state = 'PENDING' AND d.next_attempt_at <= to_timestamp($1::float8 / 1000)
        AND (d.leased_until IS NULL OR d.leased_until <= to_timestamp($1::float8 / 1000))
        AND NOT (d.channel = 'webhook' AND d.destination_id = ANY ($4::text[]))
        AND NOT EXISTS (SELECT FROM deliveries e
                         WHERE e.lead_id = d.lead_id AND e.revision < d.revision AND e.channel = d.channel AND e.state = 'PENDING'
                           AND (e.attempts = 0 OR e.leased_until > to_timestamp($1::float8 / 1000)))
      ORDER BY d.next_attempt_at
      LIMIT $2
        FOR UPDATE OF d SKIP LOCKED),
   abandoned AS (
     INSERT INTO delivery_receipts (lead_id, revision, channel, destination_id, agent_id, attempt, outcome, error_code, duration_ms, ended_at)
     SELECT lead_id, revision, channel, destination_id, agent_id, attempts, 'RETRYING', '${ABANDONED_CODE}', 0, leased_until
       FROM due WHERE leased_until IS NOT NULL
     ON CONFLICT DO NOTHING),
   leased AS (
     UPDATE deliveries d
        SET leased_until = to_timestamp($3::float8 / 1000), lease_token = d.lease_token + 1, attempts = d.attempts + 1
       FROM due
      WHERE d.lead_id = due.lead_id AND d.revision = due.revision AND d.channel = due.channel AND d.agent_id IS NOT DISTINCT FROM due.agent_id
     RETURNING d.*)
   SELECT d.lead_id AS "leadId", d.revision, d.channel, d.destination_id AS "destinationId", d.pool_id AS "poolId", d.agent_id AS "agentId",
          d.payload, d.attempts AS attempt, d.lease_token AS "leaseToken",
          coalesce(d.channel = 'reply'
                     OR (l.revision = d.revision AND l.stage <> 'CLOSED'
                         AND (d.channel <> 'offer' OR l.offer -> 'offeredTo' ? d.agent_id)
                         AND (d.channel <> 'accept-warning' OR l.accepted_at IS NULL)
                         AND (d.channel <> 'response-warning' OR l.responded_at IS NULL)), false) AS "isCurrent"
     FROM leased d LEFT JOIN leads l ON l.lead_id = d.lead_id
    ORDER BY d.next_attempt_at, d.lead_id`,
);

/** A delivery that is over keeps nothing of what was sent: it is full of personal values. */
const FINISH = statement(
  'deliveries-finish',
  `WITH ended AS (
     UPDATE deliveries d
        SET state = r.state, next_attempt_at = coalesce(to_timestamp(r.next_attempt_at / 1000), d.next_attempt_at), leased_until = NULL,
            receipt = coalesce(r.receipt, d.receipt), last_error = r.error,
            payload = CASE WHEN r.state = 'PENDING' THEN d.payload ELSE '' END,
            finished_at = CASE WHEN r.state = 'PENDING' THEN NULL ELSE now() END
       FROM unnest($1::uuid[], $2::integer[], $3::text[], $4::integer[], $5::text[], $6::float8[], $7::text[], $8::text[],
                   $9::text[], $10::integer[], $11::text[], $12::integer[], $13::float8[], $14::text[])
         AS r (lead_id, revision, channel, lease_token, state, next_attempt_at, receipt, error,
               outcome, status, error_code, duration_ms, ended_at, agent_id)
      WHERE d.lead_id = r.lead_id AND d.revision = r.revision AND d.channel = r.channel
        AND d.agent_id IS NOT DISTINCT FROM r.agent_id AND d.lease_token = r.lease_token AND d.state = 'PENDING'
     RETURNING d.lead_id, d.revision, d.channel, d.destination_id, d.agent_id, d.attempts,
               r.outcome, r.status, r.error_code, r.duration_ms, r.ended_at)
   INSERT INTO delivery_receipts (lead_id, revision, channel, destination_id, agent_id, attempt, outcome, status, error_code, duration_ms, ended_at)
   SELECT lead_id, revision, channel, destination_id, agent_id, attempts, outcome, status, error_code, duration_ms, to_timestamp(ended_at / 1000)
     FROM ended
   ON CONFLICT DO NOTHING`,
);

const OUTCOME_COLUMNS: readonly Column<DeliveryOutcome>[] = [
  textColumn((ended) => ended.leadId),
  numberColumn((ended) => ended.revision),
  textColumn((ended) => ended.channel),
  numberColumn((ended) => ended.leaseToken),
  textColumn((ended) => ended.state),
  numberColumn((ended) => ended.nextAttemptAt),
  textColumn((ended) => ended.receipt),
  textColumn((ended) => ended.error),
  textColumn((ended) => ended.outcome),
  numberColumn((ended) => ended.status),
  textColumn((ended) => ended.errorCode),
  numberColumn((ended) => ended.durationMs),
  numberColumn((ended) => ended.endedAt),
  textColumn((ended) => ended.agentId),
];

export interface LeaseRequest {
  readonly now: number;
  readonly limit: number;
  readonly leaseMs: number;
  /** Destinations whose webhooks are left alone for now. */
  readonly resting: readonly string[];
}

/** An intent that is known stays as it is. Idempotent. */
export const insertDeliveries = async (pool: PostgresPool, { deliveries, known }: PlannedDeliveries): Promise<void> => {
  if (deliveries.length === 0 && known.length === 0) return;
  const columns = encodeColumns(NEW_DELIVERY_COLUMNS, deliveries);
  await pool.run(INSERT, [...columns, ...payloadValues(deliveries), ...encodeColumns(KNOWN_LEAD_COLUMNS, known)]);
};

/** Due ones, earliest first, until `now + leaseMs`; concurrent callers get different ones. Each lease counts as an attempt. */
export const leaseDeliveries = (pool: PostgresPool, request: LeaseRequest): Promise<readonly LeasedDelivery[]> =>
  pool.run<LeasedDelivery>(LEASE, [request.now, request.limit, request.now + request.leaseMs, textArray(request.resting)]);

/** An outcome under a lease that was given to somebody else since changes nothing, and leaves no receipt. Idempotent. */
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
