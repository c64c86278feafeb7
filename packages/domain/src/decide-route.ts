/**
 * A waiter that was called up: tried again by all the rules as they stand now. It holds its pool's lock whatever comes of
 * it, so that the batch that handles it goes on waking: see `decide-wake.ts`.
 */
import { chooseByRules } from './decide-choice.ts';
import type { Choice, ChoiceRequest } from './decide-place.ts';
import { putWaiter } from './decide-pool.ts';
import { recordChoice } from './decide-record.ts';
import type { BatchState, Turn } from './decide-state.ts';
import type { LeadRecord, RouterInput } from './routing-model.ts';

type RouteInput = Extract<RouterInput, { readonly kind: 'ROUTE' }>;

export function decideRoute(state: BatchState, input: RouteInput, turn: Turn): void {
  state.pool(input.poolId);
  const lead = state.lead(input.leadId);
  if (lead === undefined) {
    state.ignore(turn, 'LEAD_UNKNOWN');
    return;
  }
  if (lead.stage !== 'WAITING' || lead.poolId !== input.poolId) {
    state.ignore(turn, 'NOT_WAITING');
    return;
  }
  const request: ChoiceRequest = { lead, facts: input.facts, turn, calledFrom: input.poolId };
  const choice = chooseByRules(state, request);
  if (choice.kind === 'QUEUED' && choice.pool.poolId === input.poolId) {
    waitOn(state, { lead, choice, turn });
    return;
  }
  state.leaveQueue(lead);
  recordChoice(state, { lead, choice, cause: input.cause, facts: input.facts, turn });
}

/** Still no place: it has now seen the pool as it is, and is not called again before something changes. No decision. */
function waitOn(
  state: BatchState,
  options: { readonly lead: LeadRecord; readonly choice: Extract<Choice, { readonly kind: 'QUEUED' }>; readonly turn: Turn },
): void {
  const { lead, turn } = options;
  const { pool } = options.choice;
  if (!pool.waiters.has(lead.leadId)) pool.unlisted = Math.max(0, pool.unlisted - 1);
  putWaiter(pool, lead, pool.generation);
  pool.isChanged = true;
  state.ignore(turn, 'NO_CHANGE');
}
