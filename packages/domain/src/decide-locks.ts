/**
 * Which locks a batch will need, guessed from what was read without locks. A guess that falls short costs one retry, one
 * that is too wide makes partitions wait for each other: so it follows the decision, input by input, and no further.
 */

import { accountEntryOf, asksAccount } from './account-owner.ts';
import { conversionKeysOf } from './decide-margin.ts';
import { parseTarget } from './decide-reassign.ts';
import { atCapOf, factsOf, formerOwnerOf, homeOf, isAllowed, isExhausted, isHopeless, isPromotion, matchesOf } from './decide-rules.ts';
import { type Topology, topologyOf } from './decide-topology.ts';
import type { Facts } from './facts.ts';
import type { LeadId } from './lead.ts';
import { wasAsked } from './lead-offer.ts';
import type { LeadRecord, LockSet, RouterInput } from './routing-model.ts';
import type { RuleSet } from './rule-set.ts';
import { isCurrentTimer } from './timers.ts';

/** Where a lead may be when an input finds it: as read, or as an earlier input of this batch will leave it. */
interface Whereabouts {
  readonly identities: readonly string[];
  readonly places: readonly { readonly poolId: string; readonly destinationId: string | null }[];
  readonly formerOwners: readonly string[];
  readonly isQualified: boolean;
  readonly record: LeadRecord | null;
}

interface Guess {
  readonly ruleSet: RuleSet;
  readonly topology: Topology;
  /** Some pool asks whose an account is. */
  readonly asksAccount: boolean;
  /** As peeked. */
  readonly leads: ReadonlyMap<LeadId, LeadRecord>;
  /** First seen in this batch. */
  readonly submitted: Map<LeadId, Extract<RouterInput, { readonly kind: 'SCORED' }>>;
  readonly locks: {
    readonly identities: Set<string>;
    readonly leads: Set<LeadId>;
    readonly destinations: Set<string>;
    readonly pools: Set<string>;
    readonly conversions: Set<string>;
  };
}

export function openGuess(ruleSet: RuleSet, leads: ReadonlyMap<LeadId, LeadRecord>): Guess {
  const topology = topologyOf(ruleSet);
  return {
    ruleSet,
    topology,
    asksAccount: [...ruleSet.pools.values()].some(({ owner }) => asksAccount(owner)),
    leads,
    submitted: new Map(),
    locks: { identities: new Set(), leads: new Set(), destinations: new Set(), pools: new Set(), conversions: new Set() },
  };
}

export function closeGuess(guess: Guess): LockSet {
  const { identities, leads, destinations, pools, conversions } = guess.locks;
  for (const poolId of pools) addDestination(guess, guess.ruleSet.pools.get(poolId)?.destinationId ?? null);
  return {
    identities: [...identities].sort(),
    leads: [...leads].sort(),
    destinations: [...destinations].sort(),
    pools: [...pools].sort(),
    ...(conversions.size > 0 && { conversions: [...conversions].sort() }),
  };
}

export function guessInput(guess: Guess, input: RouterInput): void {
  if (input.kind === 'TIMER' && input.timer === 'POOL_WAKE') {
    if (input.poolId !== null) addPool(guess, input.poolId);
    return;
  }
  guess.locks.leads.add(input.leadId);
  if (input.kind === 'ROUTE') addPool(guess, input.poolId);
  if (input.kind === 'SCORED') {
    guessScored(guess, input);
    return;
  }
  const lead = whereabouts(guess, input.leadId);
  if (lead === null) return;
  switch (input.kind) {
    case 'ACTIVITY':
      guessActivity(guess, lead, input);
      return;
    case 'TIMER':
      guessTimer(guess, lead, input);
      return;
    case 'ROUTE':
      if (lead.record !== null && (lead.record.stage !== 'WAITING' || lead.record.poolId !== input.poolId)) return;
      addIdentities(guess, lead);
      addTarget(guess, factsOf(lead, input.facts), lead.formerOwners);
      return;
    case 'REASSIGN': {
      const target = parseTarget(guess.ruleSet, input.to);
      if (target === null) return;
      addIdentities(guess, lead);
      addFreeing(guess, lead);
      addPool(guess, target.poolId);
      addAccount(guess, input.facts, [target.poolId]);
      return;
    }
  }
}

function guessScored(guess: Guess, input: Extract<RouterInput, { readonly kind: 'SCORED' }>): void {
  if (guess.leads.has(input.leadId) || guess.submitted.has(input.leadId)) return;
  guess.submitted.set(input.leadId, input);
  for (const identity of input.identities) guess.locks.identities.add(identity);
  addTarget(guess, input.facts, []);
}

function guessTimer(guess: Guess, lead: Whereabouts, input: Extract<RouterInput, { readonly kind: 'TIMER' }>): void {
  const { record } = lead;
  if (record !== null && !isCurrentTimer(record, { kind: input.timer, generation: input.generation })) return;
  switch (input.timer) {
    case 'ACCEPT_WARNING':
    case 'RESPONSE_WARNING':
    case 'POOL_WAKE':
      return;
    case 'ACCEPT':
    case 'RESPONSE':
      addIdentities(guess, lead);
      if (record !== null && isExhausted(guess.ruleSet, { facts: input.facts, breaches: record.breaches.length + 1 })) {
        addFreeing(guess, lead);
        addLastResort(guess, input.facts);
      } else guessMove(guess, lead, { facts: input.facts, losesOwner: true });
      return;
    case 'OFFER':
      guessOfferEnd(guess, lead, input.facts);
      return;
    case 'WAIT_LIMIT':
      addIdentities(guess, lead);
      addPlaces(guess, lead);
      addLastResort(guess, input.facts);
      return;
  }
}

/** Nobody has it: another round in its pool, or what that pool does with leads that nobody takes. */
function guessOfferEnd(guess: Guess, lead: Whereabouts, facts: Facts | null): void {
  guessTaken(guess, lead, facts);
  const { record } = lead;
  const policy = guess.ruleSet.pools.get(record?.poolId ?? '')?.offer;
  if (record === null || (policy !== undefined && (record.offer?.round ?? 0) < policy.rounds)) return;
  if (policy?.unclaimed === 'ASSIGN') return;
  if (policy?.unclaimed === 'EXCEPTION') {
    addFreeing(guess, lead);
    addLastResort(guess, facts);
  } else guessMove(guess, lead, { facts, losesOwner: policy !== undefined && policy.unclaimed !== 'WAIT' });
}

/** Somebody's by its accepting: the pool's books and the person's entries, nothing else. */
function guessTaken(guess: Guess, lead: Whereabouts, facts: Facts | null): void {
  addIdentities(guess, lead);
  addPlaces(guess, lead);
  addAccount(
    guess,
    facts,
    lead.places.map(({ poolId }) => poolId),
  );
}

function guessActivity(guess: Guess, lead: Whereabouts, input: Extract<RouterInput, { readonly kind: 'ACTIVITY' }>): void {
  if (lead.record?.stage === 'CLOSED') return;
  if (lead.record?.stage === 'OFFERED' && guessOffered(guess, { lead, record: lead.record }, input)) return;
  switch (input.activity) {
    case 'ACCEPTED':
    case 'CONTACTED':
    case 'NOTED':
      return;
    case 'DECLINED':
    case 'RETURNED':
    case 'UNDELIVERABLE':
      addIdentities(guess, lead);
      guessMove(guess, lead, { facts: input.facts, losesOwner: true });
      return;
    case 'QUALIFIED':
      if (lead.record?.isQualified !== true) guessReroute(guess, lead, factsOf({ isQualified: true }, input.facts));
      return;
    case 'ENGAGED':
      if (lead.record !== null && lead.record.stage !== 'WAITING' && !isPromotion(lead.record, input.facts)) return;
      guessReroute(guess, lead, factsOf(lead, input.facts));
      return;
    case 'ANSWERED':
      guessReroute(guess, lead, factsOf(lead, input.facts));
      return;
    case 'DISQUALIFIED':
    case 'WON':
    case 'LOST':
      addIdentities(guess, lead);
      addFreeing(guess, lead);
      return;
  }
}

/** true: there is nothing else to lock. */
function guessOffered(
  guess: Guess,
  { lead, record }: { readonly lead: Whereabouts; readonly record: LeadRecord },
  { activity, agentId, facts }: Extract<RouterInput, { readonly kind: 'ACTIVITY' }>,
): boolean {
  const { offer } = record;
  if (offer === undefined || activity === 'NOTED' || activity === 'ANSWERED' || activity === 'ENGAGED') return false;
  if (activity === 'DECLINED' || activity === 'RETURNED' || activity === 'UNDELIVERABLE') {
    const isLast = agentId === null || offer.offeredTo.every((one) => one === agentId);
    if (isLast && (agentId === null || wasAsked(offer, agentId))) guessOfferEnd(guess, lead, facts);
    return true;
  }
  if (agentId !== null && !wasAsked(offer, agentId)) return true;
  if (agentId !== null) guessTaken(guess, lead, facts);
  return activity === 'ACCEPTED' || activity === 'CONTACTED';
}

/** The rules are asked again about a lead that its owner need not lose. */
function guessReroute(guess: Guess, lead: Whereabouts, facts: Facts | null): void {
  if (facts === null) {
    addPlaces(guess, lead);
    return;
  }
  const { ruleSet, topology } = guess;
  // Stays with its owner: nothing but the lead is touched. Any other is the move, or the waiter's new rank.
  if (lead.record?.stage !== 'WAITING' && lead.places.every(({ poolId }) => isAllowed(ruleSet, topology, { facts, poolId }))) return;
  addIdentities(guess, lead);
  guessMove(guess, lead, { facts, losesOwner: false });
}

function guessMove(guess: Guess, lead: Whereabouts, options: { readonly facts: Facts | null; readonly losesOwner: boolean }): void {
  addFreeing(guess, lead);
  const { record } = lead;
  const owner = options.losesOwner && record !== null ? [formerOwnerOf(record)] : [];
  addTarget(guess, factsOf(lead, options.facts), [...lead.formerOwners, ...owner]);
}

/** The pools that the rules lead to, and the final decision makers where those will not do. */
function addTarget(guess: Guess, facts: Facts | null, formerOwners: readonly string[]): void {
  const { ruleSet } = guess;
  if (facts === null) {
    addLastResort(guess, facts);
    return;
  }
  for (const { rule } of matchesOf(ruleSet, facts, formerOwners)) {
    const home = homeOf(ruleSet, rule);
    addPool(guess, home);
    addAccount(guess, facts, guess.topology.reachOf(home));
    for (const key of conversionKeysOf(ruleSet, { facts, rule })) guess.locks.conversions.add(key);
    if (
      atCapOf(ruleSet.pools.get(home), formerOwners) === 'EXCEPTION' ||
      isHopeless(ruleSet, guess.topology.reachOf(home), { formerOwners, facts, rule })
    )
      addLastResort(guess, facts);
  }
}

function addLastResort(guess: Guess, facts: Facts | null): void {
  addPool(guess, guess.ruleSet.lastResortPool);
  addAccount(guess, facts, [guess.ruleSet.lastResortPool]);
}

/** Whose the lead's account is in these pools, as far as they ask. */
function addAccount(guess: Guess, facts: Facts | null, pools: readonly string[]): void {
  if (!guess.asksAccount) return;
  for (const poolId of pools) {
    const entry = accountEntryOf(guess.ruleSet, facts, poolId);
    if (entry !== null) guess.locks.identities.add(entry);
  }
}

function whereabouts(guess: Guess, leadId: LeadId): Whereabouts | null {
  const record = guess.leads.get(leadId);
  if (record !== undefined) {
    const { identities, poolId, destinationId, formerAgents: formerOwners, isQualified } = record;
    return { identities, places: poolId === null ? [] : [{ poolId, destinationId }], formerOwners, isQualified, record };
  }
  const submitted = guess.submitted.get(leadId);
  if (submitted === undefined) return null;
  const pools = new Set(matchesOf(guess.ruleSet, submitted.facts).flatMap(({ rule }) => guess.topology.reachOf(rule.to)));
  const places = [...pools].map((poolId) => ({ poolId, destinationId: guess.ruleSet.pools.get(poolId)?.destinationId ?? null }));
  return { identities: submitted.identities, places, formerOwners: [], isQualified: submitted.facts.isQualified, record: null };
}

function addIdentities(guess: Guess, lead: Whereabouts): void {
  for (const identity of lead.identities) guess.locks.identities.add(identity);
}

function addFreeing(guess: Guess, lead: Whereabouts): void {
  if (lead.record?.stage === 'LINKED' || lead.record?.stage === 'CLOSED') return;
  if (lead.record?.stage === 'WAITING') {
    addPlaces(guess, lead);
    return;
  }
  for (const { poolId, destinationId } of lead.places) {
    for (const locked of guess.topology.locksOfFreeing(poolId, destinationId)) addPool(guess, locked);
    addDestination(guess, destinationId);
  }
}

function addPlaces(guess: Guess, lead: Whereabouts): void {
  for (const { poolId } of lead.places) addPool(guess, poolId);
}

/** Never a pool without those in which its waiters may find a place: see `decide-wake.ts`. */
function addPool(guess: Guess, poolId: string): void {
  for (const link of guess.topology.lockedWith(poolId)) guess.locks.pools.add(link);
}

function addDestination(guess: Guess, destinationId: string | null): void {
  if (destinationId !== null && guess.topology.isCapped(destinationId)) guess.locks.destinations.add(destinationId);
}
