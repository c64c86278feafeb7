/** Rows of identities, destinations, pools and waiters: their columns, and the records back from them. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { DestinationRecord, IdentityRecord, MemberLedger, PoolRecord, WaiterRecord } from '@lead-router/domain/routing-model.ts';
import { booleanColumn, type Column, numberColumn, textColumn } from './column-encoding.ts';
import { identityFrom, identityKey, identityName } from './identity-key.ts';

export interface IdentityRow {
  /** Of `identity-key.ts`, with dashes. */
  readonly identity: string;
  readonly name: string | null;
  readonly lead_id: LeadId | null;
  readonly pool_id: string | null;
  readonly agent_id: string | null;
  readonly destination_id: string | null;
  readonly last_agent_id: string | null;
  readonly is_open: boolean;
  readonly last_decided_at: number | null;
}

export const IDENTITY_COLUMN_NAMES = 'identity, name, lead_id, pool_id, agent_id, destination_id, last_agent_id, is_open, last_decided_at';

/** In the order of `IDENTITY_COLUMN_NAMES`. */
export const IDENTITY_COLUMNS: readonly Column<IdentityRecord>[] = [
  textColumn((record) => identityKey(record.identity)),
  textColumn((record) => identityName(record.identity)),
  textColumn((record) => record.leadId),
  textColumn((record) => record.poolId),
  textColumn((record) => record.agentId),
  textColumn((record) => record.destinationId),
  textColumn((record) => record.lastAgentId),
  booleanColumn((record) => record.isOpen),
  numberColumn((record) => record.lastDecidedAt),
];

export const identityOf = (row: IdentityRow): IdentityRecord => ({
  identity: identityFrom(row),
  leadId: row.lead_id,
  poolId: row.pool_id,
  agentId: row.agent_id,
  destinationId: row.destination_id,
  lastAgentId: row.last_agent_id,
  isOpen: row.is_open,
  lastDecidedAt: row.last_decided_at,
});

export interface DestinationRow {
  readonly destination_id: string;
  readonly open: number;
  readonly daily: number;
  readonly day: string;
  readonly hour_from: number | null;
  readonly hour_given: number | null;
}

export const DESTINATION_COLUMNS: readonly Column<DestinationRecord>[] = [
  textColumn((record) => record.destinationId),
  numberColumn((record) => record.open),
  numberColumn((record) => record.daily),
  textColumn((record) => record.day),
  numberColumn((record) => record.hour?.from ?? null),
  numberColumn((record) => record.hour?.given ?? null),
];

export const destinationOf = (row: DestinationRow): DestinationRecord => ({
  destinationId: row.destination_id,
  open: row.open,
  daily: row.daily,
  day: row.day,
  ...hourOf(row),
});

/** Absent where hours are not counted. */
const hourOf = ({ hour_from: from, hour_given: given }: Pick<PoolRow, 'hour_from' | 'hour_given'>): Pick<PoolRecord, 'hour'> =>
  from === null || given === null ? {} : { hour: { from, given } };

export interface PoolRow {
  readonly pool_id: string;
  readonly generation: number;
  readonly open: number;
  readonly daily: number;
  readonly day: string;
  readonly waiting: number;
  readonly wake_pending: boolean;
  readonly wake_at: number | null;
  readonly wake_generation: number;
  readonly members: readonly MemberLedger[];
  readonly hour_from: number | null;
  readonly hour_given: number | null;
  readonly offered: number | null;
}

export const POOL_COLUMNS: readonly Column<PoolRecord>[] = [
  textColumn((record) => record.poolId),
  numberColumn((record) => record.generation),
  numberColumn((record) => record.open),
  numberColumn((record) => record.daily),
  textColumn((record) => record.day),
  numberColumn((record) => record.waiting),
  booleanColumn((record) => record.wakePending),
  numberColumn((record) => record.wakeAt),
  numberColumn((record) => record.wakeGeneration),
  textColumn((record) => JSON.stringify(record.members)),
  numberColumn((record) => record.hour?.from ?? null),
  numberColumn((record) => record.hour?.given ?? null),
  numberColumn((record) => record.offered ?? null),
];

export const poolOf = (row: PoolRow): PoolRecord => ({
  poolId: row.pool_id,
  generation: row.generation,
  open: row.open,
  daily: row.daily,
  day: row.day,
  waiting: row.waiting,
  wakePending: row.wake_pending,
  wakeAt: row.wake_at,
  wakeGeneration: row.wake_generation,
  members: row.members,
  ...(row.offered !== null && { offered: row.offered }),
  ...hourOf(row),
});

export interface WaiterRow {
  readonly pool_id: string;
  readonly lead_id: LeadId;
  readonly turn_at: number;
  readonly waiting_since: number;
  readonly seen_generation: number;
}

export const WAITER_COLUMNS: readonly Column<WaiterRecord>[] = [
  textColumn((record) => record.poolId),
  textColumn((record) => record.leadId),
  numberColumn((record) => record.turnAt),
  numberColumn((record) => record.waitingSince),
  numberColumn((record) => record.seenGeneration),
];

export const waiterOf = (row: WaiterRow): WaiterRecord => ({
  poolId: row.pool_id,
  leadId: row.lead_id,
  turnAt: row.turn_at,
  waitingSince: row.waiting_since,
  seenGeneration: row.seen_generation,
});
