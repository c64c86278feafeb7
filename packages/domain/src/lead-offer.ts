/** A lead that is offered to several agents at once, the first of whom to accept has it: what a rule set says of it, and where one stands. */

/** How a pool offers its leads. */
export interface OfferPolicy {
  /** Most agents who are asked at once; the strategy says which. */
  readonly agents: number;
  /** How long a round lasts. */
  readonly withinMs: number;
  /** In the pool's hours, or by the wall clock. */
  readonly time: 'BUSINESS' | 'WALL';
  /** Rounds until it counts as unclaimed. */
  readonly rounds: number;
  readonly unclaimed: Unclaimed;
}

/** What becomes of a lead that nobody has taken in all its rounds, or that nobody is left to be asked about. */
export type Unclaimed =
  /** It waits in the queue, and is offered again when it is called from there: something has changed in the pool. */
  | 'WAIT'
  /** This pool is passed by from now on: the pools of `overflowTo`, and the others of the rule, are tried. */
  | 'OVERFLOW'
  /** This pool is passed by from now on: as if the rule had not matched, the rules after it are asked. */
  | 'NEXT_RULE'
  /** The final decision makers get it. */
  | 'EXCEPTION'
  /** Whom the pool's strategy puts first of those who are there, did not decline and have room gets it, asked or not. */
  | 'ASSIGN';

/** An offer that is open: with the lead, as long as it is. */
export interface LeadOffer {
  /** From 1. */
  readonly round: number;
  /** Who may accept it now, in the order of the strategy. Without those of them who have declined. */
  readonly offeredTo: readonly string[];
  /** Said no, or could not be told; oldest first. They are among the lead's former owners too: not asked again. */
  readonly declined: readonly string[];
  /** Let a round of this offer pass without a word; oldest first. May still accept. */
  readonly expired: readonly string[];
  /** End of the round, milliseconds. */
  readonly expiresAt: number;
}

/** Of a pool that says `strategy: claim` and nothing more. */
export const DEFAULT_OFFER: Omit<OfferPolicy, 'unclaimed'> = { agents: 3, withinMs: 5 * 60_000, time: 'BUSINESS', rounds: 2 };

/** Whoever was asked may still accept: an offer that is open is no less open to those who were asked first. */
export function wasAsked({ offeredTo, expired }: LeadOffer, agentId: string): boolean {
  return offeredTo.includes(agentId) || expired.includes(agentId);
}
