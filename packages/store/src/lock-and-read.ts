/**
 * Takes a batch's locks in the global order (identities, leads, destinations, pools; each sorted) and reads each after its lock.
 * A destination or pool that does not exist yet is inserted first, so that it can be locked like the others: whoever comes second waits
 * at the insert. Rows of this very transaction need no further lock and hold nothing to read. New identities come with every lead, so
 * theirs are inserted once, when they are written: whoever comes second fails there, and tries again (docs/adr/0017).
 */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { BatchSnapshot, LockSet, WaiterRecord } from '@lead-router/domain/routing-model.ts';
import { textArray } from './column-encoding.ts';
import { readConversions } from './conversion-counts.ts';
import { identityKey } from './identity-key.ts';
import { LEAD_COLUMN_NAMES, type LeadRow, leadOf } from './lead-row.ts';
import {
  type DestinationRow,
  destinationOf,
  IDENTITY_COLUMN_NAMES,
  type IdentityRow,
  identityOf,
  type PoolRow,
  poolOf,
  type WaiterRow,
  waiterOf,
} from './routing-rows.ts';
import type { SqlTransaction } from './sql-transaction.ts';
import { type Statement, statement } from './statement.ts';

/** The names come sorted; `unnest` keeps their order. */
const insertMissing = (table: string, key: string): Statement =>
  statement(`${table}-insert-missing`, `INSERT INTO ${table} (${key}) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING`);

const INSERT_DESTINATIONS = insertMissing('destinations', 'destination_id');
const INSERT_POOLS = insertMissing('pools', 'pool_id');

const LOCK_IDENTITIES = statement(
  'identities-lock',
  `SELECT ${IDENTITY_COLUMN_NAMES}
     FROM identities
    WHERE identity = ANY ($1::uuid[])
    ORDER BY identity
      FOR UPDATE`,
);

const LOCK_LEADS = statement(
  'leads-lock',
  `SELECT ${LEAD_COLUMN_NAMES} FROM leads WHERE lead_id = ANY ($1::uuid[]) ORDER BY lead_id FOR UPDATE`,
);

const LOCK_DESTINATIONS = statement(
  'destinations-lock',
  `SELECT destination_id, open, daily, day, hour_from, hour_given
     FROM destinations
    WHERE destination_id = ANY ($1::text[]) AND xmin <> pg_current_xact_id()::xid
    ORDER BY destination_id
      FOR UPDATE`,
);

const LOCK_POOLS = statement(
  'pools-lock',
  `SELECT pool_id, generation, open, daily, day, waiting, wake_pending, wake_at, wake_generation, members, hour_from, hour_given, offered
     FROM pools
    WHERE pool_id = ANY ($1::text[]) AND xmin <> pg_current_xact_id()::xid
    ORDER BY pool_id
      FOR UPDATE`,
);

/** After the pools' locks: nobody else changes their waiters now. The union takes out those that are in both lists. */
const READ_WAITERS = statement(
  'waiters-read',
  `SELECT w.pool_id, w.lead_id, w.turn_at, w.waiting_since, w.seen_generation
     FROM pools p
    CROSS JOIN LATERAL (
          (SELECT * FROM pool_waiters
            WHERE pool_id = p.pool_id
            ORDER BY turn_at, lead_id
            LIMIT $2)
          UNION
          (SELECT * FROM pool_waiters
            WHERE pool_id = p.pool_id AND p.wake_pending AND seen_generation < p.generation
            ORDER BY turn_at, lead_id
            LIMIT $2)) w
    WHERE p.pool_id = ANY ($1::text[]) AND p.waiting > 0
    ORDER BY w.pool_id, w.turn_at, w.lead_id`,
);

/**
 * Those whose time was over an hour ago are left out, so that the list stays short; the clocks of two machines differ by less. Needs no
 * lock: whoever changes it holds the rule version's lock exclusively, which this transaction shares.
 */
const READ_AWAY = statement(
  'agent-presence-away',
  `SELECT agent_id AS "agentId", away_until AS "awayUntil" FROM agent_presence
    WHERE is_away AND (away_until IS NULL OR away_until > now() - interval '1 hour')
    ORDER BY agent_id`,
);

export const lockAndRead = async (
  transaction: SqlTransaction,
  locks: LockSet,
  options: { readonly waitersPerPool: number },
): Promise<BatchSnapshot> => {
  const [identities, leads, destinations, pools, waiters, away, conversions] = await Promise.all([
    lock<IdentityRow>(transaction, { insert: null, lock: LOCK_IDENTITIES, keys: locks.identities.map(identityKey) }),
    lock<LeadRow>(transaction, { insert: null, lock: LOCK_LEADS, keys: locks.leads }),
    lock<DestinationRow>(transaction, { insert: INSERT_DESTINATIONS, lock: LOCK_DESTINATIONS, keys: locks.destinations }),
    lock<PoolRow>(transaction, { insert: INSERT_POOLS, lock: LOCK_POOLS, keys: locks.pools }),
    readWaiters(transaction, locks.pools, options.waitersPerPool),
    readAway(transaction, locks.pools),
    readConversions(transaction, locks.conversions),
  ]);
  return {
    identities: new Map(identities.map(identityOf).map((record) => [record.identity, record])),
    leads: new Map<LeadId, ReturnType<typeof leadOf>>(leads.map((row) => [row.lead_id, leadOf(row)])),
    destinations: new Map(destinations.filter(isWrittenDestination).map((row) => [row.destination_id, destinationOf(row)])),
    pools: new Map(pools.filter(isWrittenPool).map((row) => [row.pool_id, poolOf(row)])),
    waiters: byPool(waiters),
    away: new Map(away.map(({ agentId, awayUntil }) => [agentId, awayUntil])),
    ...(locks.conversions && { conversions }),
    locked: locks,
  };
};

interface LockRequest {
  readonly insert: Statement | null;
  readonly lock: Statement;
  readonly keys: readonly string[];
}

const lock = async <Row extends object>(transaction: SqlTransaction, request: LockRequest): Promise<readonly Row[]> => {
  if (request.keys.length === 0) return [];
  const keys = textArray(request.keys);
  // Not awaited here: if it fails, so does the next one.
  if (request.insert !== null) void transaction.run(request.insert, [keys]);
  return transaction.run<Row>(request.lock, [keys]);
};

const readWaiters = async (transaction: SqlTransaction, pools: readonly string[], limit: number): Promise<readonly WaiterRow[]> =>
  pools.length === 0 ? [] : transaction.run<WaiterRow>(READ_WAITERS, [textArray(pools), limit]);

interface AwayRow {
  readonly agentId: string;
  readonly awayUntil: number | null;
}

const readAway = async (transaction: SqlTransaction, pools: readonly string[]): Promise<readonly AwayRow[]> =>
  pools.length === 0 ? [] : transaction.run<AwayRow>(READ_AWAY);

const byPool = (rows: readonly WaiterRow[]): ReadonlyMap<string, readonly WaiterRecord[]> => {
  const waiters = new Map<string, WaiterRecord[]>();
  for (const row of rows) {
    const ofPool = waiters.get(row.pool_id);
    if (ofPool === undefined) waiters.set(row.pool_id, [waiterOf(row)]);
    else ofPool.push(waiterOf(row));
  }
  return waiters;
};

/** Null in the one column that every written row has: the row was only inserted to be locked. */
const isWrittenDestination = (row: { readonly open: number | null }): boolean => row.open !== null;
const isWrittenPool = (row: { readonly generation: number | null }): boolean => row.generation !== null;
