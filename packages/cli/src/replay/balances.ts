/**
 * What batches found and what they left of each row, held to each other: as often as a row was left in a state, another batch found it in that
 * state, but for the one in which it stands. In any order, since of two machines' clocks neither is right; what is settled is forgotten, so
 * that a row takes a few numbers, however long its history.
 */

/** Digest of a row's fields; never below 1. */
export type State = number;
/** There was no row, or there is none any more. */
export const NO_ROW: State = 0;
/** There was a row, and the record does not say in what state the batch found it. */
export const UNKNOWN: State = -1;

export interface Change {
  readonly id: string;
  readonly found: State;
  readonly left: State;
}

export interface StandingRows {
  /** Before the batches were listed, and after: a row that differs is at work, and left out. A row that is not there is absent. */
  readonly before: ReadonlyMap<string, State>;
  readonly after: ReadonlyMap<string, State>;
}

export interface Balances {
  add(change: Change): void;
  /** Ids of rows whose history is broken. `isWhole`: it begins with the first batch of all. */
  broken(standing: StandingRows, isWhole: boolean): readonly string[];
}

export function createBalances(): Balances {
  /** By id: each state that is open, followed by how often it was left, less how often it was found. */
  const open = new Map<string, number[]>();
  return {
    add: ({ id, found, left }) => {
      const states = open.get(id) ?? [];
      count(states, found, -1);
      count(states, left, 1);
      if (states.length === 0) open.delete(id);
      else open.set(id, states);
    },
    broken: ({ before, after }, isWhole) => {
      const ids = isWhole ? new Set([...open.keys(), ...before.keys()]) : open.keys();
      return [...ids].filter((id) => {
        const state = before.get(id) ?? NO_ROW;
        return state === (after.get(id) ?? NO_ROW) && !isChain(open.get(id) ?? [], { state, isWhole });
      });
    },
  };
}

function count(states: number[], state: State, by: number): void {
  for (let at = 0; at < states.length; at += 2) {
    if (states[at] !== state) continue;
    const sum = (states[at + 1] ?? 0) + by;
    if (sum === 0) states.splice(at, 2);
    else states[at + 1] = sum;
    return;
  }
  states.push(state, by);
}

/**
 * Each state that was found was left before: by a batch, or as the first one there was. A row that was found unseen may have been in any state
 * that is still open, but it was there. Where the history begins later, what it began with was left by nobody.
 */
function isChain(open: readonly number[], { state, isWhole }: { readonly state: State; readonly isWhole: boolean }): boolean {
  const states = [...open];
  count(states, state, -1);
  if (isWhole) count(states, NO_ROW, 1);
  let foundOfNobody = 0;
  for (let at = 0; at < states.length; at += 2) {
    const times = states[at + 1] ?? 0;
    if (states[at] === NO_ROW && times > 0) return false;
    if (states[at] !== UNKNOWN && times < 0) foundOfNobody -= times;
  }
  return foundOfNobody <= (isWhole ? 0 : 1);
}
