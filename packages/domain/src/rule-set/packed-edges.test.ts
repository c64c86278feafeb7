/** Whatever the numbers of a part's values, its nodes are found behind them, and nothing behind others. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EdgesPacker, type EdgesPlace, NO_NODE, nodeBehind } from './packed-edges.ts';

const MOST = 300;
const node = fc.integer({ min: -1_000, max: 1_000 }).filter((one) => one !== NO_NODE);
const edges = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: MOST }), node), {
  minLength: 1,
  maxLength: 40,
  selector: ([number]) => number,
});

it('finds the nodes of parts that stand in rows, and of those in the hash table', () => {
  let [rows, hashed] = [0, 0];
  fc.assert(
    fc.property(fc.array(edges, { minLength: 1, maxLength: 20 }), (parts) => {
      const packer = new EdgesPacker();
      const places = parts.map((part): EdgesPlace => packer.add(part));
      const index = { ...packer.finish(), words: Int32Array.from(places.flat()) };
      for (const [place, part] of parts.entries()) {
        const known = new Map(part);
        for (let number = 0; number <= MOST + 1; number++) expect(nodeBehind(index, place * 3, number)).toBe(known.get(number) ?? NO_NODE);
        if (places[place]?.[2] === 0) hashed += 1;
        else rows += 1;
      }
    }),
    { numRuns: 30 },
  );
  expect([rows > 0, hashed > 0]).toEqual([true, true]);
});
