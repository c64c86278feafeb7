/**
 * Whose an account is in a pool: the agent who latest had one of its leads there. It stands among the identities, under a name that no
 * keyed hash of a person has, for stickiness alone: leads are never linked by it. One entry for each pool and account, so that whoever
 * locks it has the pool locked as well: it makes nobody wait who would not wait anyway.
 */
import type { Facts } from './facts.ts';
import type { IdentityRecord } from './routing-model.ts';
import type { OwnerPolicy, RuleSet } from './rule-set.ts';

export function asksPerson(policy: OwnerPolicy | undefined): boolean {
  return policy === 'PERSON' || policy === 'PERSON_THEN_ACCOUNT';
}

export function asksAccount(policy: OwnerPolicy | undefined): boolean {
  return policy === 'ACCOUNT' || policy === 'PERSON_THEN_ACCOUNT';
}

/** The entry for a lead's account in this pool; null: the lead has none, or the pool does not ask whose it is. */
export function accountEntryOf(ruleSet: RuleSet, facts: Facts | null, poolId: string | null): string | null {
  const accountId = facts?.accountId ?? null;
  if (accountId === null || poolId === null || !asksAccount(ruleSet.pools.get(poolId)?.owner)) return null;
  return `account:${poolId}/${accountId}`;
}

/** Names no lead, so that none can be linked to it. */
export function accountEntry(
  identity: string,
  given: { readonly poolId: string; readonly agentId: string; readonly at: number },
): IdentityRecord {
  const { poolId, agentId, at } = given;
  return { identity, leadId: null, poolId, agentId: null, destinationId: null, lastAgentId: agentId, isOpen: false, lastDecidedAt: at };
}
