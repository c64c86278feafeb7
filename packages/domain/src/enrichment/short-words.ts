/**
 * Finds what a misspelt word of a few letters was meant to be: two swapped, one twice or too many, one left out. Another letter in the place of
 * one is not believed: it makes another word (Ford and Cord, Bell and Ball). The first letter is wrong only where the rest of the name leaves no
 * doubt.
 */
import type { MeantWord } from './misspelt-words.ts';

const LONGEST = 5;
const SHORTEST = 2;
const OF = 'of';
const HAS_OTHERS = /[^a-z]/;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const NONE: readonly MeantWord[] = [];

/** `withFirst`: its first letter may be the wrong one. */
export type ShortWords = (word: string, options: { readonly withFirst: boolean }) => readonly MeantWord[];

export function createShortWords(vocabulary: readonly string[]): ShortWords {
  const known = new Set(vocabulary.filter(({ length }) => length >= SHORTEST && length <= LONGEST));
  return (asked, { withFirst }) => {
    if (asked.length > LONGEST || HAS_OTHERS.test(asked)) return NONE;
    const found = new Set<string>();
    const keep = (word: string): void => {
      if (known.has(word)) found.add(word);
    };
    // What stands between two names of one kind.
    if (withFirst && asked.length <= OF.length && /[of]/.test(asked)) keep(OF);
    for (let at = withFirst ? 0 : 1; at <= asked.length; at++) {
      const [before, here, after] = [asked.slice(0, at), asked.charAt(at), asked.slice(at + 1)];
      for (const letter of LETTERS) keep(before + letter + here + after);
      if (at === asked.length) continue;
      keep(before + after);
      if (after !== '') keep(before + after.charAt(0) + here + after.slice(1));
    }
    return [...found].map((word) => ({ word, edits: 1 }));
  };
}
