/**
 * A pool's ledger: who is owed how many leads, and who is next. Exists so that "whose turn is it" is a sum anybody can
 * check, and not a counter that forgets. Members are given leads by weight, within one lead of the exact share.
 *
 * Method: the chairman assignment of R. Tijdeman (Discrete Mathematics 32, 1980), in credit form. Each lead given among
 * m eligible members adds to each its share (weight over the sum of weights) and takes 1 from the one who gets it. Of
 * those whose credit then is at least 1/(2m-2), the one goes first whose credit would soonest pass 1 - 1/(2m-2). While
 * the eligible stay the same, every credit stays within 1 - 1/(2m-2) of where a fair start has it.
 *
 * A member who is away is not eligible: its credit rests, so nothing is made up for on its return. Before credits are
 * compared, what the absent owe or are owed is taken out of those present in equal parts; in parts by weight, heavy members
 * would drift away. Measured (`ledger.test.ts`): with members who come and go at random every credit stays within 1.5 leads
 * (1.4 seen); against somebody who picks who is there so as to do harm, within a quarter of the number of members plus 1, however
 * long; and from any such state on, while the eligible stay the same, everybody stays within 2.5 leads (2.0 seen) of the
 * exact share counted from then.
 *
 * Shares are multiples of 2^-40, so that additions are exact in a double and the credits of a pool always sum to zero.
 */

/** A member as the ledger sees it; `credit` is changed in place. */
export interface LedgerEntry {
  credit: number;
  /** Above 0. */
  readonly weight: number;
  /** Spreads ties: any 32-bit number that differs between members. */
  readonly tieHash: number;
}

/** 2^40: shares are counted in units of its inverse. */
const UNITS = 1_099_511_627_776;
/** Slack for the rounding of shares to units; far below any difference that matters. */
const TOLERANCE = 1e-6;
/**
 * Leads that a member may get ahead of its share through sticky owners and assignments by hand. Beyond it such leads
 * stay off the ledger: a favourite would otherwise wait for its debt to be worked off long after the favour ended.
 */
export const MOST_OUT_OF_TURN = 8;

/**
 * Picks whose turn it is and books the lead. `eligible` must not be empty.
 * @param seed 32-bit; decides among members who are equally due, without favour.
 */
export function giveInTurn<Entry extends LedgerEntry>(eligible: readonly Entry[], seed: number): Entry {
  const next = whoseTurn(eligible, seed);
  book(eligible, next);
  return next;
}

/** Whose turn it is, without booking it. `eligible` must not be empty. */
export function whoseTurn<Entry extends LedgerEntry>(eligible: readonly Entry[], seed: number): Entry {
  const first = eligible[0];
  if (first === undefined) throw new RangeError('a turn needs somebody eligible');
  const count = eligible.length;
  if (count === 1) return first;
  let weights = 0;
  let owed = 0;
  for (const entry of eligible) {
    weights += entry.weight;
    owed += entry.credit;
  }
  const least = 1 / (2 * count - 2);
  let best = first;
  let bestDeadline = Number.POSITIVE_INFINITY;
  let bestTie = Number.POSITIVE_INFINITY;
  for (const entry of eligible) {
    const share = entry.weight / weights;
    // What it is owed among those present, once this lead's share is added.
    const credit = entry.credit - owed / count + share;
    if (credit < least - TOLERANCE) continue;
    const deadline = Math.ceil((1 - least - credit) / share - TOLERANCE);
    if (deadline > bestDeadline) continue;
    const tie = mix(seed ^ entry.tieHash);
    if (deadline < bestDeadline || tie < bestTie) {
      best = entry;
      bestDeadline = deadline;
      bestTie = tie;
    }
  }
  return best;
}

/** Where a member stood when the ledger chose: what `whoseTurn` weighs, told for people. */
export interface LedgerTurn {
  /** What it was owed among those eligible, its share of this lead included. In leads. */
  readonly due: number;
  /** Leads within which it has to get one; the least goes first. null: it is ahead, and not to be given this one. */
  readonly deadline: number | null;
}

/** In the order of `eligible`. */
export function turnsOf(eligible: readonly Pick<LedgerEntry, 'credit' | 'weight'>[]): readonly LedgerTurn[] {
  const count = eligible.length;
  const weights = eligible.reduce((sum, { weight }) => sum + weight, 0);
  const owed = eligible.reduce((sum, { credit }) => sum + credit, 0);
  const least = count === 1 ? 0 : 1 / (2 * count - 2);
  return eligible.map(({ credit, weight }) => {
    const share = weight / weights;
    const due = credit - owed / count + share;
    const isAhead = count > 1 && due < least - TOLERANCE;
    return { due, deadline: isAhead ? null : Math.max(0, Math.ceil((1 - least - due) / share - TOLERANCE)) };
  });
}

/**
 * Books a lead that went to `given` for another reason than its turn (sticky owner, by hand). It counts like any other,
 * up to `MOST_OUT_OF_TURN` leads ahead.
 */
export function giveOutOfTurn<Entry extends LedgerEntry>(eligible: readonly Entry[], given: Entry): void {
  if (given.credit - 1 < -MOST_OUT_OF_TURN) return;
  book(eligible.includes(given) ? eligible : [...eligible, given], given);
}

/** Takes a member out of the books: what it was owed or owes is shared out by weight, so that the credits still sum to zero. */
export function settleLeaver(remaining: readonly LedgerEntry[], credit: number): void {
  let weights = 0;
  for (const entry of remaining) weights += entry.weight;
  let rest = credit;
  for (const entry of remaining) {
    const part = Math.trunc((entry.weight / weights) * credit * UNITS) / UNITS;
    entry.credit += part;
    rest -= part;
  }
  const first = remaining[0];
  if (first !== undefined) first.credit += rest;
}

/** Murmur3's finaliser: each input bit moves each output bit. 32-bit, unsigned. */
export function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** FNV-1a over UTF-16 code units; 32-bit. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

function book(eligible: readonly LedgerEntry[], given: LedgerEntry): void {
  let weights = 0;
  for (const entry of eligible) weights += entry.weight;
  let rest = 1;
  for (const entry of eligible) {
    const share = Math.floor((entry.weight / weights) * UNITS) / UNITS;
    entry.credit += share;
    rest -= share;
  }
  // The units lost to rounding go to the one who pays 1, so that the books balance exactly.
  given.credit += rest - 1;
}
