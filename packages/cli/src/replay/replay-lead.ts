/** The decisions of one lead made again: its rows, and its events on the topics. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { StoredDecision } from '@lead-router/store/lead-store.ts';
import { createRecordedBatches, type RecordedBatches } from '../commands/decide-again.ts';
import { chooseRevision, requireDecisions } from '../commands/decisions-of-lead.ts';
import { replayBatch } from './replay-batch.ts';
import { type EventReplay, type EventsReport, openEventReplay } from './replay-events.ts';
import type { ReplaySource } from './replay-records.ts';

export interface LeadReplay {
  readonly agrees: boolean;
  readonly revisions: readonly ReplayedRevision[];
  /** Of the batches that decided these revisions; null: not looked at. */
  readonly events: EventsReport | null;
  readonly faults: readonly string[];
}

interface ReplayedRevision {
  readonly revision: number;
  readonly batchId: string;
  readonly agrees: boolean;
  /** Plain words. */
  readonly differs: readonly string[];
}

/** Rejects with a CliError where nothing of the lead is decided, or has no such revision. `revision` undefined: all. */
export async function replayLead(
  { pool, events: source }: ReplaySource,
  leadId: LeadId,
  revision: number | undefined,
): Promise<LeadReplay> {
  const decisions = await requireDecisions(pool, leadId);
  const asked = revision === undefined ? decisions : [chooseRevision(leadId, decisions, revision)];
  const recorded = createRecordedBatches(pool);
  const events = source === null ? null : await openEventReplay({ pool, recorded, source, leadId });
  const revisions: ReplayedRevision[] = [];
  const added = new Set<string>();
  for (const decision of asked) {
    const differs = await decideAgain(decision, { recorded, events: added.has(decision.batchId) ? null : events });
    added.add(decision.batchId);
    revisions.push({ revision: decision.revision, batchId: decision.batchId, agrees: differs.length === 0, differs });
  }
  const replayed = events === null ? null : await events.finish();
  const faults = replayed?.faults ?? [];
  const agrees = faults.length === 0 && revisions.every((one) => one.agrees);
  return { agrees, revisions, events: replayed?.report ?? null, faults };
}

/** Of the batch only this one decision is held to its row: that it makes others is no fault. */
async function decideAgain(
  decision: StoredDecision,
  { recorded, events }: { readonly recorded: RecordedBatches; readonly events: EventReplay | null },
): Promise<readonly string[]> {
  const { batch, request } = await recorded.find(decision);
  const { differences, outcome } = replayBatch(batch, request, [decision]);
  if (outcome === null) return ['the record does not hold all that the batch looked at'];
  events?.add(batch, request, outcome);
  return differences.flatMap(({ differs }) => differs);
}
