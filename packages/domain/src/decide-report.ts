/** What somebody says of a lead, while it is being decided, and what a talk with the person does to the lead. */
import type { Turn } from './decide-state.ts';
import type { LeadRecord, RouterInput } from './routing-model.ts';
import { ACCEPT_CLOCKS, RESPONSE_CLOCKS, stopClocks } from './timers.ts';

export type ActivityInput = Extract<RouterInput, { readonly kind: 'ACTIVITY' }>;

export interface Report {
  readonly lead: LeadRecord;
  readonly input: ActivityInput;
  readonly turn: Turn;
}

/** A person has been talked to: an answer, and with it an acceptance where somebody owns the lead. Of several the earliest counts. */
export function withResponse(lead: LeadRecord, occurredAt: number): LeadRecord {
  const clocks = stopClocks(lead, [...ACCEPT_CLOCKS, ...RESPONSE_CLOCKS]);
  const isNobodys = lead.stage === 'WAITING' || lead.stage === 'OFFERED';
  const acceptedAt = isNobodys ? lead.acceptedAt : earlier(lead.acceptedAt, occurredAt);
  return { ...lead, ...clocks, acceptedAt, respondedAt: earlier(lead.respondedAt, occurredAt) };
}

export function earlier(known: number | null, occurredAt: number): number {
  return known === null ? occurredAt : Math.min(known, occurredAt);
}
