/** Where certain leads stand, without all else that is kept of them. */
import type { Grade, LeadId } from '@lead-router/domain/lead.ts';
import type { LeadStage } from '@lead-router/domain/routing-model.ts';
import { textArray } from './column-encoding.ts';
import type { PostgresPool } from './postgres-pool.ts';
import { statement } from './statement.ts';

export interface LeadPlace {
  readonly leadId: LeadId;
  readonly stage: LeadStage;
  readonly grade: Grade;
  readonly poolId: string | null;
  readonly destinationId: string | null;
  readonly agentId: string | null;
  /** Who may accept it now; nobody unless it is offered. */
  readonly offeredTo: readonly string[];
}

const PLACES = statement(
  'leads-places',
  `SELECT lead_id AS "leadId", stage, grade, pool_id AS "poolId", destination_id AS "destinationId", agent_id AS "agentId",
          coalesce(offer -> 'offeredTo', '[]') AS "offeredTo"
     FROM leads WHERE lead_id = ANY ($1::uuid[])`,
);

/** In no order; those that are not decided yet are left out. */
export const readLeadPlaces = (pool: PostgresPool, leadIds: readonly LeadId[]): Promise<readonly LeadPlace[]> =>
  leadIds.length === 0 ? Promise.resolve([]) : pool.run<LeadPlace>(PLACES, [textArray(leadIds)]);
