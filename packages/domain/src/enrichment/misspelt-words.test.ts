/** The index of misspelt words finds what comparing with every word finds, and the distance is the textbook's. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedEditDistance } from './edit-distance.ts';
import { createMisspeltWords } from './misspelt-words.ts';

const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 14 });

describe('boundedEditDistance', () => {
  it.each([
    ['microsoft', 'microsoft', 0],
    ['microsfot', 'microsoft', 1],
    ['mcrosoft', 'microsoft', 1],
    ['microsoftt', 'microsoft', 1],
    ['nicrosoff', 'microsoft', 2],
    ['mikrosovt', 'microsoft', 2],
    ['oracle', 'microsoft', 3],
  ])('%s and %s are %d apart, as far as 2', (left, right, edits) => {
    expect(boundedEditDistance(left, right, 2)).toBe(edits);
    expect(boundedEditDistance(right, left, 2)).toBe(edits);
  });

  it('is the distance of the textbook up to its bound', () => {
    fc.assert(
      fc.property(name, name, fc.integer({ min: 0, max: 3 }), (left, right, most) => {
        expect(boundedEditDistance(left, right, most)).toBe(Math.min(slowDistance(left, right), most + 1));
      }),
      { numRuns: 500 },
    );
  });
});

describe('createMisspeltWords', () => {
  it('finds each word with a letter wrong, left out or too much, and with two in a long one', () => {
    const find = createMisspeltWords(['medtronic', 'international', 'oracle']);
    expect(find('metdronic')).toEqual([{ word: 'medtronic', edits: 1 }]);
    expect(find('inernationall')).toEqual([{ word: 'international', edits: 2 }]);
    expect(find('oracel')).toEqual([{ word: 'oracle', edits: 1 }]);
    expect(find('oracle')).toEqual([]);
    expect(find('orakel')).toEqual([]);
  });

  it('misses none that one insertion, deletion or exchange makes, or two of them in a long word', () => {
    const long = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 5, maxLength: 16 });
    fc.assert(
      fc.property(fc.uniqueArray(long, { maxLength: 20 }), long, (words, asked) => {
        const expected = words.flatMap((word) => {
          const most = Math.min(asked.length, word.length) < 9 ? 1 : 2;
          const edits = slowDistance(asked, word);
          return edits > 0 && edits <= most && slowDistance(asked, word, { swaps: false }) <= 2 ? [{ word, edits }] : [];
        });
        const found = createMisspeltWords(words)(asked);
        for (const one of expected) expect(found).toContainEqual(one);
        for (const { word, edits } of found) expect(slowDistance(asked, word)).toBe(edits);
      }),
      { numRuns: 500 },
    );
  });
});

/** Optimal string alignment by the whole table; without swaps it is Levenshtein's distance. */
function slowDistance(left: string, right: string, { swaps = true } = {}): number {
  const cost = new Map<string, number>();
  const at = (row: number, column: number) => cost.get(`${row} ${column}`) ?? Number.POSITIVE_INFINITY;
  for (let row = 0; row <= left.length; row++) {
    for (let column = 0; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1] ? 0 : 1;
      const options = [at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + same];
      const isSwap = swaps && row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (isSwap) options.push(at(row - 2, column - 2) + 1);
      cost.set(`${row} ${column}`, row === 0 && column === 0 ? 0 : Math.min(...options));
    }
  }
  return at(left.length, right.length);
}
