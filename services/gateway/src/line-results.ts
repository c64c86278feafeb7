/** What becomes of each line of a request, as it is told to whoever sent it. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { LineFault } from './error-codes.ts';

export type LineResult =
  /** Kafka has it, and it was not known before. */
  | { readonly line: number; readonly leadId: LeadId; readonly status: 'accepted' }
  /** Known before; `changed` if the content was another one then: the first stays. */
  | { readonly line: number; readonly leadId: LeadId; readonly status: 'repeat'; readonly changed: boolean }
  | { readonly line: number; readonly status: 'refused'; readonly faults: readonly LineFault[] };

export interface LineCounts {
  readonly accepted: number;
  readonly repeats: number;
  readonly refused: number;
}

export function countLines(lines: readonly LineResult[]): LineCounts {
  const counts = { accepted: 0, repeat: 0, refused: 0 };
  for (const { status } of lines) counts[status]++;
  return { accepted: counts.accepted, repeats: counts.repeat, refused: counts.refused };
}
