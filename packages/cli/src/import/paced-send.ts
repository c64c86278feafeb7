/** Leads at a steady pace instead of in portions: who imports beside others leaves them their share. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LeadIntake } from '@lead-router/contracts/generated/wire-types.ts';

export type IntakeLeads = readonly LeadIntake[];
export type SendLeads = (leads: IntakeLeads) => Promise<void>;

export interface Pace {
  /** Asked before each slice; null: as fast as they go. */
  readonly leadsPerSecond: () => number | null;
  /** From then on nothing is waited for: what is on its way is sent, so that it can be written down. */
  readonly signal: AbortSignal;
}

const SLICES_A_SECOND = 10;

export function pacedSend(send: SendLeads, { leadsPerSecond, signal }: Pace): SendLeads {
  let dueAt = 0;
  return async (leads) => {
    for (let from = 0; from < leads.length; ) {
      const rate = signal.aborted ? null : leadsPerSecond();
      const slice = rate === null ? leads.slice(from) : leads.slice(from, from + Math.ceil(rate / SLICES_A_SECOND));
      await send(slice);
      from += slice.length;
      if (rate === null) continue;
      // What was missed is not caught up with: that would be a burst.
      dueAt = Math.max(dueAt, Date.now() - 1_000 / SLICES_A_SECOND) + (slice.length * 1_000) / rate;
      const waitMs = dueAt - Date.now();
      if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    }
  };
}
