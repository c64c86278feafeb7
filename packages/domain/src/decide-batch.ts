/**
 * The heart: one batch of inputs against a locked snapshot, decided. Pure; the router, the simulator, explain and replay call it.
 */
import type { EventId, LeadId } from './lead.ts';
import type { BatchOutcome, BatchSnapshot, DecisionContext, IdentityRecord, LeadRecord, LockSet, RouterInput } from './routing-model.ts';
import type { RuleSet } from './rule-set.ts';

/** What was read without a lock, to guess which locks the batch will need; may be out of date. */
export interface Peeked {
  readonly leads: ReadonlyMap<LeadId, LeadRecord>;
  readonly identities: ReadonlyMap<string, IdentityRecord>;
}

export interface DecideBatchRequest {
  readonly ruleSet: RuleSet;
  readonly ruleSetVersion: number;
  readonly snapshot: BatchSnapshot;
  /** In log order, repeats and bad values already taken out. */
  readonly inputs: readonly RouterInput[];
  readonly context: DecisionContext;
  /** Names an event by its parts; the same parts always give the same id (UUIDv5 in production). */
  readonly eventId: (...parts: readonly string[]) => EventId;
}

export declare function locksFor(request: { readonly ruleSet: RuleSet; readonly inputs: readonly RouterInput[]; readonly peeked: Peeked }): LockSet;
export declare function decideBatch(request: DecideBatchRequest): BatchOutcome;
