/**
 * A lead's clock. There is one at a time, each setting has a generation of its own, and a fired timer with another
 * generation than the lead's is superseded: so whatever was cancelled or set anew can no longer act.
 */
import type { LeadRecord, LeadTimer } from './routing-model.ts';
import type { Pool } from './rule-set.ts';

type Clock = Pick<LeadRecord, 'timer' | 'timerGeneration'>;

/** Sets the lead's clock, in place of the one it has; null takes it away. */
export function setTimer(clock: Clock, timer: LeadTimer | null): Clock {
  if (timer === null && clock.timer === null) return { timer: null, timerGeneration: clock.timerGeneration };
  return { timer, timerGeneration: clock.timerGeneration + 1 };
}

/** By when the owner must have accepted; null for no clock. */
export function acceptTimer(pool: Pool | null, now: number): LeadTimer | null {
  return pool === null || pool.acceptWithinMs === null ? null : { kind: 'ACCEPT', dueAt: now + pool.acceptWithinMs };
}

/** Until when it may wait in this pool's queue; null for no limit. */
export function waitTimer(pool: Pool | null, waitingSince: number): LeadTimer | null {
  return pool === null || pool.maxWaitMs === null ? null : { kind: 'WAIT_LIMIT', dueAt: waitingSince + pool.maxWaitMs };
}

/** The clock that fired is the one that is set now. Its due time is not looked at: clocks of two machines differ. */
export function isCurrentTimer(clock: Clock, fired: { readonly kind: LeadTimer['kind']; readonly generation: number }): boolean {
  return clock.timer !== null && clock.timer.kind === fired.kind && clock.timerGeneration === fired.generation;
}
