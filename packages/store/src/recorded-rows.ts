/**
 * Rows that batches leave and find again one by one, whole tables of them as they stand: the books of persons and accounts, and the queues.
 * For replay, which holds them to the batches.
 */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { IdentityRecord, WaiterRecord } from '@lead-router/domain/routing-model.ts';
import { pages } from './audit-store.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { IDENTITY_COLUMN_NAMES, type IdentityRow, identityOf, type WaiterRow, waiterOf } from './routing-rows.ts';
import { statement } from './statement.ts';

const PAGE = 5_000;
/** A few kilobytes each. */
const CONTEXTS_AT_ONCE = 1_000;
const NOTHING = '00000000-0000-0000-0000-000000000000';

const IDENTITIES_PAGE = statement(
  'recorded-rows-identities',
  `SELECT ${IDENTITY_COLUMN_NAMES} FROM identities WHERE identity > $1::uuid ORDER BY identity LIMIT $2`,
);

const WAITERS_PAGE = statement(
  'recorded-rows-waiters',
  `SELECT pool_id, lead_id, turn_at, waiting_since, seen_generation
     FROM pool_waiters WHERE (pool_id, lead_id) > ($1, $2::uuid) ORDER BY pool_id, lead_id LIMIT $3`,
);

const CONTEXTS_PAGE = statement(
  'recorded-rows-contexts',
  `SELECT lead_id AS "leadId", version, context FROM leads WHERE lead_id > $1 ORDER BY lead_id LIMIT $2`,
);

/** What Postgres has to make the events of a lead again. */
export interface StoredContext {
  readonly leadId: LeadId;
  readonly version: number;
  /** In its stored form; null when none was kept. */
  readonly context: Buffer | null;
}

/** The context of every lead, in pages, by lead. */
export const scanContexts = (pool: PostgresPool): AsyncGenerator<readonly StoredContext[]> =>
  pages<StoredContext>(pool, { page: CONTEXTS_PAGE, first: [NOTHING], next: (last) => [last.leadId], pageSize: CONTEXTS_AT_ONCE });

/** Every entry of a person, by each of the keyed hashes, and of an account, in pages, by key. */
export async function* scanIdentities(pool: PostgresPool): AsyncGenerator<readonly IdentityRecord[]> {
  const request = { page: IDENTITIES_PAGE, first: [NOTHING], next: (last: IdentityRow) => [last.identity], pageSize: PAGE };
  for await (const rows of pages<IdentityRow>(pool, request)) yield rows.map(identityOf);
}

/** Everybody in a queue, in pages, by pool. */
export async function* scanWaiters(pool: PostgresPool): AsyncGenerator<readonly WaiterRecord[]> {
  const request = { page: WAITERS_PAGE, first: ['', NOTHING], next: (last: WaiterRow) => [last.pool_id, last.lead_id], pageSize: PAGE };
  for await (const rows of pages<WaiterRow>(pool, request)) yield rows.map(waiterOf);
}
