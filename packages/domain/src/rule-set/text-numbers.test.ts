import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTextNumbers, numberOfText } from './text-numbers.ts';

it('finds the number of each text, and none of another', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ maxLength: 4 }), { maxLength: 200 }), fc.string({ maxLength: 5 }), (texts, other) => {
      const numbers = new Map(texts.map((text, place) => [text, 3 * place + 1]));
      const made = createTextNumbers(numbers);
      for (const text of [...texts, other]) expect(numberOfText(made, text)).toBe(numbers.get(text) ?? 0);
    }),
  );
});

it('passes by texts of one hash', () => {
  // Both have the FNV-1a hash 0x5e4daa9d.
  const [first, second] = ['costarring', 'liquid'];
  const made = createTextNumbers(new Map([[first, 1]]));
  expect([numberOfText(made, first), numberOfText(made, second)]).toEqual([1, 0]);
});
