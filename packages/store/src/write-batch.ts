/**
 * Writes all that batches have decided, one statement a table, each by `unnest`; the record of a batch is a row of its own.
 */
import { mergeWrites } from '@lead-router/domain/joint-snapshot.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { IdentityRecord, LeadRecord } from '@lead-router/domain/routing-model.ts';
import { type Column, encodeColumns, numberColumn, textArray, textColumn } from './column-encoding.ts';
import { addOutcomes } from './conversion-counts.ts';
import { writeEarly } from './early-activities.ts';
import { LEAD_COLUMN_NAMES, LEAD_COLUMNS } from './lead-row.ts';
import type { BatchRecord, BatchWriteSet, DecisionRow } from './router-store.ts';
import { DESTINATION_COLUMNS, IDENTITY_COLUMN_NAMES, IDENTITY_COLUMNS, POOL_COLUMNS, WAITER_COLUMNS } from './routing-rows.ts';
import type { SqlTransaction } from './sql-transaction.ts';
import { type SqlValue, type Statement, statement } from './statement.ts';
import { timerWrites, writeTimers } from './write-timers.ts';

/**
 * The rows were not there when the batch looked. If another batch has made one since, this fails with a conflict and the batch is tried
 * again; if one is about to, it waits for its end. Sorted, and the first to be written: so two batches never wait for each other here.
 */
const INSERT_IDENTITIES = statement(
  'identities-insert',
  `INSERT INTO identities (${IDENTITY_COLUMN_NAMES})
   SELECT r.identity, r.name, r.lead_id, r.pool_id, r.agent_id, r.destination_id, r.last_agent_id, r.is_open, to_timestamp(r.last_decided_at / 1000)
     FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::float8[])
       AS r (${IDENTITY_COLUMN_NAMES})`,
);

/** Rows that the batch has locked. A third cheaper than an upsert. */
const UPDATE_IDENTITIES = statement(
  'identities-update',
  `UPDATE identities i SET
     lead_id = r.lead_id, pool_id = r.pool_id, agent_id = r.agent_id, destination_id = r.destination_id,
     last_agent_id = r.last_agent_id, is_open = r.is_open, last_decided_at = to_timestamp(r.last_decided_at / 1000)
     FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::boolean[], $9::float8[])
       AS r (${IDENTITY_COLUMN_NAMES})
    WHERE i.identity = r.identity`,
);

/** $30 holds the contexts end to end, $31 and $32 where each begins (from 1) and its length; null: keep the one there is. */
const LEAD_ROWS = `
  SELECT r.lead_id, r.version, r.revision, r.stage, r.vendor, r.grade, r.score, r.pool_id, r.agent_id, r.destination_id, r.rule_id,
         r.rule_set_version, r.linked_to, r.identities::text[], r.former_agents::text[], r.is_qualified,
         to_timestamp(r.submitted_at / 1000), to_timestamp(r.decided_at / 1000), to_timestamp(r.accepted_at / 1000),
         to_timestamp(r.responded_at / 1000), to_timestamp(r.waiting_since / 1000),
         r.timer_generation, r.timer_kind, to_timestamp(r.timer_due_at / 1000), r.later_timers::jsonb, r.breaches::jsonb, r.outcome, r.trial, r.offer::jsonb,
         substring($30::bytea FROM r.context_from FOR r.context_length)
    FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::text[], $9::text[],
                $10::text[], $11::text[], $12::integer[], $13::uuid[], $14::text[], $15::text[], $16::boolean[], $17::float8[],
                $18::float8[], $19::float8[], $20::float8[], $21::float8[], $22::integer[], $23::text[], $24::float8[],
                $25::text[], $26::text[], $27::text[], $28::text[], $29::text[], $31::integer[], $32::integer[])
      AS r (lead_id, version, revision, stage, vendor, grade, score, pool_id, agent_id, destination_id, rule_id, rule_set_version,
            linked_to, identities, former_agents, is_qualified, submitted_at, decided_at, accepted_at, responded_at, waiting_since,
            timer_generation, timer_kind, timer_due_at, later_timers, breaches, outcome, trial, offer, context_from, context_length)`;

/** Leads that were not there when the batch looked; its partition's lock keeps everybody else from making them. */
const INSERT_LEADS = statement('leads-insert', `INSERT INTO leads (${LEAD_COLUMN_NAMES}, context) ${LEAD_ROWS}`);

/** Rows that the batch has locked. */
const UPDATE_LEADS = statement(
  'leads-update',
  `UPDATE leads l SET
     ${LEAD_COLUMN_NAMES.split(/,\s+/)
       .slice(1)
       .map((name) => `${name} = w.${name}`)
       .join(', ')}, context = coalesce(w.context, l.context)
    FROM (${LEAD_ROWS}) AS w (${LEAD_COLUMN_NAMES}, context)
   WHERE l.lead_id = w.lead_id`,
);

const UPSERT_DESTINATIONS = statement(
  'destinations-upsert',
  `INSERT INTO destinations (destination_id, open, daily, day, hour_from, hour_given)
   SELECT r.destination_id, r.open, r.daily, r.day, to_timestamp(r.hour_from / 1000), r.hour_given
     FROM unnest($1::text[], $2::integer[], $3::integer[], $4::text[], $5::float8[], $6::integer[])
       AS r (destination_id, open, daily, day, hour_from, hour_given)
   ON CONFLICT (destination_id) DO UPDATE SET
     open = excluded.open, daily = excluded.daily, day = excluded.day, hour_from = excluded.hour_from, hour_given = excluded.hour_given`,
);

const UPSERT_POOLS = statement(
  'pools-upsert',
  `INSERT INTO pools (pool_id, generation, open, daily, day, waiting, wake_pending, wake_at, wake_generation, members, hour_from, hour_given, offered)
   SELECT r.pool_id, r.generation, r.open, r.daily, r.day, r.waiting, r.wake_pending, to_timestamp(r.wake_at / 1000),
          r.wake_generation, r.members::jsonb, to_timestamp(r.hour_from / 1000), r.hour_given, r.offered
     FROM unnest($1::text[], $2::bigint[], $3::integer[], $4::integer[], $5::text[], $6::integer[], $7::boolean[], $8::float8[],
                 $9::bigint[], $10::text[], $11::float8[], $12::integer[], $13::integer[])
       AS r (pool_id, generation, open, daily, day, waiting, wake_pending, wake_at, wake_generation, members, hour_from, hour_given, offered)
   ON CONFLICT (pool_id) DO UPDATE SET
     generation = excluded.generation, open = excluded.open, daily = excluded.daily, day = excluded.day, waiting = excluded.waiting,
     wake_pending = excluded.wake_pending, wake_at = excluded.wake_at, wake_generation = excluded.wake_generation,
     members = excluded.members, hour_from = excluded.hour_from, hour_given = excluded.hour_given, offered = excluded.offered`,
);

const DELETE_WAITERS = statement(
  'waiters-delete',
  `DELETE FROM pool_waiters w USING unnest($1::text[], $2::uuid[]) AS r (pool_id, lead_id)
    WHERE w.pool_id = r.pool_id AND w.lead_id = r.lead_id`,
);

const UPSERT_WAITERS = statement(
  'waiters-upsert',
  `INSERT INTO pool_waiters (pool_id, lead_id, turn_at, waiting_since, seen_generation)
   SELECT r.pool_id, r.lead_id, to_timestamp(r.turn_at / 1000), to_timestamp(r.waiting_since / 1000), r.seen_generation
     FROM unnest($1::text[], $2::uuid[], $3::float8[], $4::float8[], $5::bigint[])
       AS r (pool_id, lead_id, turn_at, waiting_since, seen_generation)
   ON CONFLICT (pool_id, lead_id) DO UPDATE SET
     turn_at = excluded.turn_at, waiting_since = excluded.waiting_since, seen_generation = excluded.seen_generation`,
);

const INSERT_DECISIONS = statement(
  'decisions-insert',
  `INSERT INTO decisions (lead_id, revision, batch_id, input_index, event_id, kind, cause, version, grade, score, pool_id, agent_id,
                          destination_id, rule_id, rule_set_version, linked_to, previous_agent_id, accept_by, submitted_at, decided_at)
   SELECT r.lead_id, r.revision, r.batch_id, r.input_index, r.event_id, r.kind, r.cause, r.version, r.grade, r.score, r.pool_id, r.agent_id,
          r.destination_id, r.rule_id, r.rule_set_version, r.linked_to, r.previous_agent_id, to_timestamp(r.accept_by / 1000),
          to_timestamp(r.submitted_at / 1000), to_timestamp(r.decided_at / 1000)
     FROM unnest($1::text[], $2::uuid[], $3::integer[], $4::integer[], $5::uuid[], $6::text[], $7::text[], $8::integer[], $9::text[], $10::float8[],
                 $11::text[], $12::text[], $13::text[], $14::text[], $15::integer[], $16::uuid[], $17::text[], $18::float8[],
                 $19::float8[], $20::float8[])
       AS r (batch_id, lead_id, revision, input_index, event_id, kind, cause, version, grade, score, pool_id, agent_id, destination_id, rule_id,
             rule_set_version, linked_to, previous_agent_id, accept_by, submitted_at, decided_at)`,
);

type DecisionOfBatch = DecisionRow & Pick<BatchRecord, 'batchId'>;

const DECISION_COLUMNS: readonly Column<DecisionOfBatch>[] = [
  textColumn(({ batchId }) => batchId),
  textColumn(({ decision }) => decision.lead.leadId),
  numberColumn(({ decision }) => decision.lead.revision),
  numberColumn(({ inputIndex }) => inputIndex),
  textColumn(({ decision }) => decision.eventId),
  textColumn(({ decision }) => decision.kind),
  textColumn(({ decision }) => decision.cause),
  numberColumn(({ decision }) => decision.lead.version),
  textColumn(({ decision }) => decision.lead.grade),
  numberColumn(({ decision }) => decision.lead.score),
  textColumn(({ decision }) => decision.lead.poolId),
  textColumn(({ decision }) => decision.lead.agentId),
  textColumn(({ decision }) => decision.lead.destinationId),
  textColumn(({ decision }) => decision.lead.ruleId),
  numberColumn(({ decision }) => decision.lead.ruleSetVersion),
  textColumn(({ decision }) => decision.lead.linkedTo),
  textColumn(({ decision }) => decision.previousAgentId),
  numberColumn(({ decision }) => decision.acceptBy),
  numberColumn(({ decision }) => decision.lead.submittedAt),
  numberColumn(({ decision }) => decision.lead.decidedAt),
];

const INSERT_BATCH = statement(
  'decision-batches-insert',
  `INSERT INTO decision_batches (batch_id, partition, epoch, from_offset, to_offset, rule_set_version, decided_at, seed, body)
   VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7::float8 / 1000), $8, $9)`,
);

const STORE_BATCH = statement(
  'router-partitions-store-batch',
  `UPDATE router_partitions SET stored_from = $2, stored_to = $3, stored_now = to_timestamp($4::float8 / 1000), outputs = $5
    WHERE partition = $1`,
);

export interface WriteOptions {
  /** Those whose rows this transaction has locked: all others are new. */
  readonly known: { readonly identities: ReadonlySet<string>; readonly leads: ReadonlySet<LeadId> };
  /** UUID of a pool's timer, the same for ever. */
  readonly poolTimerId: (poolId: string) => string;
}

/** All statements are sent, in this order, before it returns. */
export const writeBatches = (transaction: SqlTransaction, sets: readonly BatchWriteSet[], options: WriteOptions): Promise<unknown> => {
  const writes = mergeWrites(sets.map((set) => set.writes));
  const contexts = new Map(sets.flatMap((set) => [...set.contexts]));
  const decisions = sets.flatMap(({ batch: { batchId }, decisions: ofBatch }) => ofBatch.map((row) => ({ ...row, batchId })));
  const put = <Row>(write: Statement, columns: readonly Column<Row>[], rows: readonly Row[]): Promise<unknown> =>
    rows.length === 0 ? NOTHING : transaction.run(write, encodeColumns(columns, rows));

  const isKnown = ({ identity }: IdentityRecord): boolean => options.known.identities.has(identity);
  const isKnownLead = ({ leadId }: LeadRecord): boolean => options.known.leads.has(leadId);
  const made = writes.identities.filter((record) => !isKnown(record)).sort(byIdentity);
  const newLeads = writes.leads.filter((lead) => !isKnownLead(lead));
  const knownLeads = writes.leads.filter(isKnownLead);
  const putLeads = (write: Statement, leads: readonly LeadRecord[]): Promise<unknown> =>
    leads.length === 0 ? NOTHING : transaction.run(write, [...encodeColumns(LEAD_COLUMNS, leads), ...contextValues(leads, contexts)]);
  return Promise.all([
    put(INSERT_IDENTITIES, IDENTITY_COLUMNS, made),
    put(UPDATE_IDENTITIES, IDENTITY_COLUMNS, writes.identities.filter(isKnown)),
    putLeads(INSERT_LEADS, newLeads),
    putLeads(UPDATE_LEADS, knownLeads),
    put(UPSERT_DESTINATIONS, DESTINATION_COLUMNS, writes.destinations),
    put(UPSERT_POOLS, POOL_COLUMNS, writes.pools),
    removeWaiters(transaction, writes.waitersRemoved),
    put(UPSERT_WAITERS, WAITER_COLUMNS, writes.waitersPut),
    writeTimers(transaction, timerWrites({ newLeads, knownLeads, pools: writes.pools }, options.poolTimerId)),
    writeEarly(
      transaction,
      sets.map(({ early, batch }) => ({ early, keptAt: batch.now })),
    ),
    put(INSERT_DECISIONS, DECISION_COLUMNS, decisions),
    ...sets.flatMap(({ batch, encode }) => {
      const { body, outputs } = encode();
      return [
        transaction.run(INSERT_BATCH, batchValues(batch, body)),
        transaction.run(STORE_BATCH, [batch.partition, batch.from, batch.to, batch.now, outputs]),
      ];
    }),
    addOutcomes(transaction, writes.outcomes),
  ]);
};

/** By code units: the same order everywhere, and for hashes that of the index. */
const byIdentity = (a: IdentityRecord, b: IdentityRecord): number => (a.identity < b.identity ? -1 : 1);

const NOTHING: Promise<void> = Promise.resolve();

const removeWaiters = (transaction: SqlTransaction, removed: BatchWriteSet['writes']['waitersRemoved']): Promise<unknown> =>
  removed.length === 0
    ? NOTHING
    : transaction.run(DELETE_WAITERS, [textArray(removed.map(({ poolId }) => poolId)), textArray(removed.map(({ leadId }) => leadId))]);

const batchValues = (batch: BatchRecord, body: Buffer): SqlValue[] => [
  batch.batchId,
  batch.partition,
  batch.epoch,
  batch.from,
  batch.to,
  batch.ruleSetVersion,
  batch.now,
  batch.seed,
  body,
];

/** One binary value and two arrays of places in it: an array of binary values would go as hexadecimal text. */
const contextValues = (leads: readonly LeadRecord[], contexts: ReadonlyMap<LeadId, Buffer>): SqlValue[] => {
  const parts: Buffer[] = [];
  const places: string[] = [];
  const lengths: string[] = [];
  let next = 1;
  for (const { leadId } of leads) {
    const context = contexts.get(leadId);
    places.push(context === undefined ? 'NULL' : String(next));
    lengths.push(context === undefined ? 'NULL' : String(context.length));
    if (context === undefined) continue;
    parts.push(context);
    next += context.length;
  }
  return [Buffer.concat(parts), `{${places.join(',')}}`, `{${lengths.join(',')}}`];
};
