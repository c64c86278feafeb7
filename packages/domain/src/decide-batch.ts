/**
 * The heart: one batch of inputs against a locked snapshot, decided. Pure; the router, the simulator, explain and replay call it.
 * The same request always gives the same outcome, bit for bit. Inputs are decided in their order, each seeing what those before
 * it did; then waiters are called up for the places that are free.
 */
import { decideActivity } from './decide-activity.ts';
import { closeGuess, guessInput, openGuess } from './decide-locks.ts';
import { decideReassign } from './decide-reassign.ts';
import { decideRoute } from './decide-route.ts';
import { decideScored } from './decide-scored.ts';
import { BatchState, type StateRequest, type Turn } from './decide-state.ts';
import { decideTimer } from './decide-timer.ts';
import type { DecisionTrace } from './decide-trace.ts';
import { wakeWaiters } from './decide-wake.ts';
import type { LeadId } from './lead.ts';
import type { BatchOutcome, LeadRecord, LockSet, RouterInput } from './routing-model.ts';
import type { RuleSet } from './rule-set.ts';

/** `eventId` names an event by its parts; the same parts always give the same id (UUIDv5 in production). */
export interface DecideBatchRequest extends StateRequest {
  /** In log order, repeats and bad values already taken out. */
  readonly inputs: readonly RouterInput[];
}

export interface LocksRequest {
  readonly ruleSet: RuleSet;
  readonly inputs: readonly RouterInput[];
  /** Read without a lock, to guess which locks the batch will need; may be out of date. */
  readonly peeked: { readonly leads: ReadonlyMap<LeadId, LeadRecord> };
}

/** Fills `trace` while the input at `inputIndex` is decided. */
export interface TraceRequest {
  readonly inputIndex: number;
  readonly trace: DecisionTrace;
}

export function decideBatch(request: DecideBatchRequest, tracing?: TraceRequest): BatchOutcome {
  const state = new BatchState(request);
  for (const [index, input] of request.inputs.entries()) {
    state.trace = tracing?.inputIndex === index ? tracing.trace : null;
    decideInput(state, input, { index, offset: input.offset });
  }
  state.trace = null;
  const wakeUps = wakeWaiters(state, request.snapshot.locked.pools);
  const missing = state.missing();
  if (missing !== null) return { kind: 'MISSING_LOCKS', missing };
  return { kind: 'DECIDED', effects: state.effects, ignored: state.ignored, wakeUps, writes: state.writes() };
}

/** What to lock before the batch is decided: a guess, which `decideBatch` corrects where it falls short. */
export function locksFor({ ruleSet, inputs, peeked }: LocksRequest): LockSet {
  const guess = openGuess(ruleSet, peeked.leads);
  for (const input of inputs) guessInput(guess, input);
  return closeGuess(guess);
}

function decideInput(state: BatchState, input: RouterInput, turn: Turn): void {
  switch (input.kind) {
    case 'SCORED':
      decideScored(state, input, turn);
      return;
    case 'ACTIVITY':
      decideActivity(state, input, turn);
      return;
    case 'TIMER':
      decideTimer(state, input, turn);
      return;
    case 'ROUTE':
      decideRoute(state, input, turn);
      return;
    case 'REASSIGN':
      decideReassign(state, input, turn);
      return;
  }
}
