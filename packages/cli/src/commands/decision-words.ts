/** A decision in plain words. */
import { causeWords } from '@lead-router/domain/cause-words.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import type { StoredDecision } from '@lead-router/store/lead-store.ts';
import { instant } from './text-table.ts';

export function decisionWords(decision: StoredDecision): string {
  const { revision, kind, cause, acceptBy, previousAgentId, ruleId, ruleSetVersion } = decision;
  const from = previousAgentId === null ? '' : `, from ${previousAgentId}`;
  const clock = acceptBy === null ? '' : `, to be accepted by ${instant(acceptBy)}`;
  const rule = ruleId === null ? '' : `, by rule ${ruleId} of version ${ruleSetVersion}`;
  return `revision ${revision}: ${kind.toLowerCase()} ${placeWords(decision)}${from}, because ${causeWords(cause)}${rule}${clock}`;
}

export function placeWords(place: Pick<LeadRecord, 'linkedTo' | 'poolId' | 'agentId' | 'destinationId'>): string {
  const { linkedTo, poolId, agentId, destinationId } = place;
  const link = linkedTo === null ? '' : `to lead ${linkedTo}, with `;
  return `${link}${agentId === null ? '' : `${agentId} `}in pool ${poolId ?? '-'} of ${destinationId ?? '-'}`;
}

/** `ACCEPT_OVERDUE` as `accept overdue`. */
export function codeWords(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ');
}
