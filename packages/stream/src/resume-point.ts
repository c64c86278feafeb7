/** Where a partition's task goes on after its assignment, given what Kafka and the ledger say. Pure; an offset is never reset. */
import type { LedgerBatch } from './exactly-once-task.ts';

export type ResumePoint =
  | { readonly kind: 'GO_ON'; readonly position: number }
  | { readonly kind: 'EMIT_AGAIN'; readonly position: number; readonly batch: LedgerBatch }
  | { readonly kind: 'ALARM'; readonly reason: string };

export function resumePoint(committed: number | null, stored: LedgerBatch | null): ResumePoint {
  if (stored === null) return { kind: 'GO_ON', position: committed ?? 0 };
  if (committed === null) return { kind: 'ALARM', reason: `no committed offset, but a batch [${stored.from}, ${stored.to}) is stored` };
  if (committed >= stored.to) return { kind: 'GO_ON', position: committed };
  if (committed === stored.from) return { kind: 'EMIT_AGAIN', position: stored.to, batch: stored };
  return {
    kind: 'ALARM',
    reason: `committed offset ${committed} is neither the start nor past the end of the stored batch [${stored.from}, ${stored.to})`,
  };
}
