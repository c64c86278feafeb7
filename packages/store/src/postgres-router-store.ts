/**
 * The router's store on Postgres. See `router-store.ts` for what each operation promises, `lock-and-read.ts` for the locks.
 */
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { RULE_VERSION_LOCK } from './advisory-locks.ts';
import { textArray } from './column-encoding.ts';
import { LEAD_COLUMN_NAMES, LEAD_COLUMNS, type LeadRow, leadOf } from './lead-row.ts';
import { lockAndRead } from './lock-and-read.ts';
import type { PostgresPool } from './postgres-pool.ts';
import {
  type PeekKeys,
  type PeekResult,
  type RouterStore,
  type RouterTransaction,
  type StoredBatchAnswer,
  StoreFault,
} from './router-store.ts';
import type { SqlTransaction } from './sql-transaction.ts';
import { statement } from './statement.ts';
import { type WriteOptions, writeBatches } from './write-batch.ts';

export type PostgresRouterStoreOptions = Pick<WriteOptions, 'poolTimerId'>;

const RAISE_EPOCH = statement(
  'router-partitions-raise-epoch',
  'UPDATE router_partitions SET epoch = epoch + 1 WHERE partition = $1 RETURNING epoch',
);

const READ_STORED_BATCH = statement(
  'router-partitions-read-batch',
  'SELECT epoch, stored_from, stored_to, outputs FROM router_partitions WHERE partition = $1',
);

const LOCK_PARTITION = statement(
  'router-partitions-lock',
  'SELECT epoch, stored_to, stored_now FROM router_partitions WHERE partition = $1 FOR UPDATE',
);

const SHARE_RULE_VERSION = statement('rule-version-share', `SELECT pg_advisory_xact_lock_shared(${RULE_VERSION_LOCK})`);
/** Its own statement: a snapshot taken before the lock was granted may show the version before. */
const READ_RULE_VERSION = statement('rule-version-read', 'SELECT version FROM rule_set_activation');

const APPLY_EVENTS = statement(
  'applied-events-insert',
  'INSERT INTO applied_events (event_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING RETURNING event_id',
);

const PEEK_LEADS = statement('leads-peek', `SELECT ${LEAD_COLUMN_NAMES}, context FROM leads WHERE lead_id = ANY ($1::uuid[])`);

/** As PEEK_LEADS, and beside it, in rows without a lead, what came before leads that may be new. In one statement: nearly always there is nothing. */
const PEEK_ARRIVING = statement(
  'leads-peek-arriving',
  `SELECT ${LEAD_COLUMN_NAMES}, context, NULL AS early FROM leads WHERE lead_id = ANY ($1::uuid[])
   UNION ALL
   SELECT lead_id, ${LEAD_COLUMNS.slice(1)
     .map(() => 'NULL')
     .join(', ')}, NULL, value FROM early_activities WHERE lead_id = ANY ($2::uuid[])`,
);

export const createPostgresRouterStore = (pool: PostgresPool, options: PostgresRouterStoreOptions): RouterStore => ({
  raiseEpoch: async (partition) => {
    const [row] = await pool.run<{ epoch: number }>(RAISE_EPOCH, [partition]);
    return (row ?? missingPartition(partition)).epoch;
  },
  readStoredBatch: (partition, epoch) => readStoredBatch(pool, partition, epoch),
  peek: (keys) => peek(pool, keys),
  begin: async () => routerTransaction(await pool.begin(), options),
});

const routerTransaction = (transaction: SqlTransaction, options: PostgresRouterStoreOptions): RouterTransaction => {
  const known = { identities: new Set<string>(), leads: new Set<LeadId>() };
  return {
    lockPartition: (partition) =>
      handled(async () => {
        const [row] = await transaction.run<{ epoch: number; stored_to: number | null; stored_now: number | null }>(LOCK_PARTITION, [
          partition,
        ]);
        const { epoch, stored_to: storedTo, stored_now: storedNow } = row ?? missingPartition(partition);
        return { epoch, storedTo, storedNow };
      }),
    shareRuleVersion: () =>
      handled(async () => {
        void transaction.run(SHARE_RULE_VERSION);
        const [row] = await transaction.run<{ version: number | null }>(READ_RULE_VERSION);
        if (row === undefined || row.version === null) {
          throw new StoreFault('unavailable', 'no rule set is active yet: publish one (lead-router rules publish)');
        }
        return row.version;
      }),
    lockAndRead: (locks, limits) =>
      handled(async () => {
        const snapshot = await lockAndRead(transaction, locks, limits);
        for (const identity of snapshot.identities.keys()) known.identities.add(identity);
        for (const leadId of snapshot.leads.keys()) known.leads.add(leadId);
        return snapshot;
      }),
    applyEvents: (eventIds) =>
      handled(async () => {
        if (eventIds.length === 0) return new Set<EventId>();
        const rows = await transaction.run<{ event_id: EventId }>(APPLY_EVENTS, [textArray(eventIds)]);
        return new Set(rows.map((row) => row.event_id));
      }),
    write: (...sets) => {
      const written = writeBatches(transaction, sets, { ...options, known });
      return handled(async () => {
        await written;
      });
    },
    commit: () => transaction.commit(),
    rollback: () => transaction.rollback(),
  };
};

/** Several operations may be under way when the first fails: a rejection that nobody awaits yet is no unhandled one. */
const handled = <Result>(operation: () => Promise<Result>): Promise<Result> => {
  const result = operation();
  result.catch(() => undefined);
  return result;
};

const readStoredBatch = async (pool: PostgresPool, partition: number, epoch: number): Promise<StoredBatchAnswer> => {
  const [row] = await pool.run<{ epoch: number; stored_from: number | null; stored_to: number | null; outputs: Buffer | null }>(
    READ_STORED_BATCH,
    [partition],
  );
  const { epoch: current, stored_from: from, stored_to: to, outputs } = row ?? missingPartition(partition);
  if (current !== epoch) return { kind: 'STALE_EPOCH' };
  return { kind: 'OK', stored: from === null || to === null || outputs === null ? null : { partition, from, to, outputs } };
};

interface PeekedRow extends LeadRow {
  readonly context: Buffer | null;
  /** Not null: a row without a lead. */
  readonly early?: Buffer | null;
}

const peek = async (pool: PostgresPool, { leads: wanted, arriving = [] }: PeekKeys): Promise<PeekResult> => {
  const rows = await peekedRows(pool, wanted, arriving);
  const leads = new Map<LeadId, LeadRecord>();
  const contexts = new Map<LeadId, Buffer>();
  const early = new Map<LeadId, Buffer[]>();
  for (const row of rows) {
    const { lead_id: leadId, context, early: value } = row;
    if (value) {
      const values = early.get(leadId);
      if (values === undefined) early.set(leadId, [value]);
      else values.push(value);
      continue;
    }
    leads.set(leadId, leadOf(row));
    if (context !== null) contexts.set(leadId, context);
  }
  return { leads, contexts, early };
};

const peekedRows = (pool: PostgresPool, wanted: readonly LeadId[], arriving: readonly LeadId[]): Promise<readonly PeekedRow[]> => {
  if (wanted.length === 0) return Promise.resolve([]);
  return arriving.length === 0
    ? pool.run<PeekedRow>(PEEK_LEADS, [textArray(wanted)])
    : pool.run<PeekedRow>(PEEK_ARRIVING, [textArray(wanted), textArray(arriving)]);
};

const missingPartition = (partition: number): never => {
  throw new Error(`there is no row for partition ${partition} of the inbox: run ensurePartitions with the topic's number of partitions`);
};
