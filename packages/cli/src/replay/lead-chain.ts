/**
 * Holds leads to their replayed batches: each batch found a lead as the one before had left it, and the row that stands in Postgres is what the
 * last of them made. All that a batch writes of a lead: owner, queue, clocks, broken promises, outcome. About a hundred bytes a lead.
 */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { BatchSnapshot, BatchWrites, LeadRecord } from '@lead-router/domain/routing-model.ts';
import { digestOf, leadFields } from '../audit/compared-fields.ts';

export interface LeadChain {
  /** In the order of the batches of a partition. */
  add(snapshot: BatchSnapshot, writes: BatchWrites): void;
  /** Some of the rows as they stand. One that has gone on since the batches were listed is left out. */
  compare(rows: readonly LeadRecord[]): void;
  /** Plain words, one a fault. */
  faults(): readonly string[];
}

interface Left {
  readonly version: number;
  readonly state: number;
}

export function createLeadChain(): LeadChain {
  const latest = new Map<LeadId, Left>();
  const faults: string[] = [];
  return {
    add: (snapshot, writes) => {
      for (const lead of writes.leads) {
        const { leadId, version } = lead;
        const found = snapshot.leads.get(leadId);
        const left = latest.get(leadId);
        if (left !== undefined && (found?.version !== left.version || stateOf(found) !== left.state))
          faults.push(`lead ${leadId} was left at version ${left.version}, and not found like that`);
        latest.set(leadId, { version, state: stateOf(lead) });
      }
    },
    compare: (rows) => {
      for (const row of rows) {
        const left = latest.get(row.leadId);
        if (left === undefined || row.version > left.version) continue;
        if (row.version < left.version || stateOf(row) !== left.state)
          faults.push(`lead ${row.leadId} stands in Postgres otherwise than its last batch makes it`);
      }
    },
    faults: () => faults,
  };
}

function stateOf(lead: LeadRecord): number {
  return digestOf({ ...leadFields(lead), trial: lead.trial ?? null });
}
