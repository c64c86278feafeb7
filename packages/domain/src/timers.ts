/**
 * A lead's clocks. Several may run; the one that is due first is the lead's timer, the others wait behind it and take its place when
 * it has fired or is stopped. So a lead has one row of timers, each setting of it has a generation of its own, never used again,
 * and a fired timer with another generation than the lead's is superseded: whatever was stopped or set anew can no longer act.
 */
import { addOpenTime } from './business-time.ts';
import type { OfferPolicy } from './lead-offer.ts';
import type { LeadRecord, LeadTimer } from './routing-model.ts';
import type { ClockPolicy, Pool } from './rule-set.ts';

export type Clocks = Pick<LeadRecord, 'timer' | 'timerGeneration' | 'laterTimers'>;
type Kind = LeadTimer['kind'];

/** Until the owner says that it takes the lead. */
export const ACCEPT_CLOCKS: readonly Kind[] = ['ACCEPT', 'ACCEPT_WARNING'];
/** Until a person has answered the lead. */
export const RESPONSE_CLOCKS: readonly Kind[] = ['RESPONSE', 'RESPONSE_WARNING'];

/** These clocks in place of all that the lead has; none stops them all. */
export function setClocks(lead: Clocks, clocks: readonly LeadTimer[]): Clocks {
  const [timer = null, ...laterTimers] = clocks.toSorted((a, b) => a.dueAt - b.dueAt);
  const isIdle = timer === null && lead.timer === null;
  return { timer, laterTimers, timerGeneration: isIdle ? lead.timerGeneration : lead.timerGeneration + 1 };
}

/** Without the clocks of these kinds; the others run on, and the timer keeps its generation if it is one of them. */
export function stopClocks(lead: Clocks, kinds: readonly Kind[]): Clocks {
  const { timer, laterTimers, timerGeneration } = lead;
  if (timer === null) return { timer, laterTimers, timerGeneration };
  const later = laterTimers.filter(({ kind }) => !kinds.includes(kind));
  if (kinds.includes(timer.kind)) return setClocks(lead, later);
  return { timer, laterTimers: later.length === laterTimers.length ? laterTimers : later, timerGeneration };
}

/** When the clock of this kind is due; null if none runs. */
export function dueAtOf(lead: Clocks, kind: Kind): number | null {
  if (lead.timer?.kind === kind) return lead.timer.dueAt;
  return lead.laterTimers.find((later) => later.kind === kind)?.dueAt ?? null;
}

/** What the new owner of a lead has promised. */
export function ownerClocks(pool: Pool | null, now: number): readonly LeadTimer[] {
  if (pool === null) return [];
  const { accept, firstResponse } = pool.sla;
  return [
    ...clocksOf(pool, { policy: accept, from: now, kind: 'ACCEPT', warning: 'ACCEPT_WARNING' }),
    ...clocksOf(pool, { policy: firstResponse, from: now, kind: 'RESPONSE', warning: 'RESPONSE_WARNING' }),
  ];
}

/** Until when the agents who are asked may accept. */
export function offerClock(pool: Pool, { withinMs, time }: OfferPolicy, now: number): LeadTimer {
  return { kind: 'OFFER', dueAt: dueAfter(pool, { withinMs, time }, now) };
}

/** Until when it may wait in this pool's queue; none for no limit. Wall time: a queue is no promise of an owner. */
export function waitClocks(pool: Pool | null, waitingSince: number): readonly LeadTimer[] {
  return pool === null || pool.maxWaitMs === null ? [] : [{ kind: 'WAIT_LIMIT', dueAt: waitingSince + pool.maxWaitMs }];
}

/** The clock that fired is the one that is set now. Its due time is not looked at: clocks of two machines differ. */
export function isCurrentTimer(lead: Clocks, fired: { readonly kind: string; readonly generation: number }): boolean {
  return lead.timer !== null && lead.timer.kind === fired.kind && lead.timerGeneration === fired.generation;
}

interface ClockRequest {
  readonly policy: ClockPolicy | null;
  readonly from: number;
  readonly kind: Kind;
  readonly warning: Kind;
}

function clocksOf(pool: Pool, { policy, from, kind, warning }: ClockRequest): readonly LeadTimer[] {
  if (policy === null) return [];
  const { time, withinMs, warnAfterMs } = policy;
  const end: LeadTimer = { kind, dueAt: dueAfter(pool, { withinMs, time }, from) };
  if (warnAfterMs === null) return [end];
  return [{ kind: warning, dueAt: dueAfter(pool, { withinMs: warnAfterMs, time }, from) }, end];
}

function dueAfter(pool: Pool, { withinMs, time }: Pick<ClockPolicy, 'withinMs' | 'time'>, from: number): number {
  // Who is never open cannot answer in business time, and nobody shall wait for ever: wall time then.
  const opened = time === 'BUSINESS' ? addOpenTime(pool.hours, from, withinMs) : null;
  return opened ?? from + withinMs;
}
