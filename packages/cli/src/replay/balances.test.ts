/** Histories in any order: whole ones hold, and each way to break one shows. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Change, createBalances, NO_ROW, UNKNOWN } from './balances.ts';

const ID = 'row';
const standing = (state: number) => {
  const rows = new Map(state === NO_ROW ? [] : [[ID, state]]);
  return { before: rows, after: rows };
};
const brokenBy = (changes: readonly Change[], state: number, isWhole = true): boolean => {
  const balances = createBalances();
  for (const change of changes) balances.add(change);
  return balances.broken(standing(state), isWhole).length > 0;
};

/** The states that one row goes through, from none; equal ones may follow each other. */
const history = fc.array(fc.nat(4), { minLength: 1, maxLength: 12 });
const changesOf = (states: readonly number[]): readonly Change[] =>
  states.map((left, at) => ({ id: ID, found: at === 0 ? NO_ROW : (states[at - 1] ?? NO_ROW), left }));
const last = (states: readonly number[]): number => states.at(-1) ?? NO_ROW;

describe('balances', () => {
  it('hold for every history, in whatever order it is told, and from wherever it is known', () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), fc.nat(11), (states, keys, cut) => {
        const order = changesOf(states)
          .map((change) => ({ change, key: keys.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ change }) => change);
        expect(brokenBy(order, last(states))).toBe(false);
        expect(brokenBy(changesOf(states).slice(cut), last(states), false)).toBe(false);
        const unseen = changesOf(states).map((change, at) =>
          at % 2 === 1 && change.found !== NO_ROW ? { ...change, found: UNKNOWN } : change,
        );
        expect(brokenBy(unseen, last(states))).toBe(false);
      }),
    );
  });

  it('break where the row stands otherwise than it was left', () => {
    fc.assert(
      fc.property(history, (states) => {
        expect(brokenBy(changesOf(states), last(states) + 1)).toBe(true);
      }),
    );
  });

  it('break where two batches found the same, so that one wrote over the other', () => {
    const [first, second, third] = [1, 2, 3].map((left) => ({ id: ID, found: left === 1 ? NO_ROW : 1, left }));
    if (!first || !second || !third) throw new Error('three changes');
    expect(brokenBy([first, second, third], 3)).toBe(true);
    expect(brokenBy([second, third], 3, false)).toBe(true);
  });

  it('break where a row stands that no batch left, if none is missing', () => {
    expect(brokenBy([], 7)).toBe(true);
    expect(brokenBy([], 7, false)).toBe(false);
  });

  it('leave out what was written to while the batches were listed', () => {
    const balances = createBalances();
    balances.add({ id: ID, found: NO_ROW, left: 1 });
    expect(balances.broken({ before: new Map([[ID, 1]]), after: new Map([[ID, 2]]) }, true)).toEqual([]);
    expect(balances.broken({ before: new Map([[ID, 2]]), after: new Map([[ID, 2]]) }, true)).toEqual([ID]);
  });
});
