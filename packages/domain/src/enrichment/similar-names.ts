/**
 * Which account is meant by a name that is none of theirs: misspelt, or with other unimportant words. Says nothing rather than
 * something doubtful: where two accounts are as near, neither is meant.
 */
import { boundedEditDistance } from './edit-distance.ts';
import { createMisspeltNames } from './misspelt-names.ts';
import { createNamesByWords } from './telling-words.ts';

export interface KnownName {
  /** As in the table. */
  readonly name: string;
  readonly words: readonly string[];
  readonly accountId: string;
}

export interface SimilarName {
  readonly accountId: string;
  /** 0 to 1. */
  readonly score: number;
  /** Plain words: `2 letters off "Microsoft"`. */
  readonly reason: string;
}

/** What a name must have, and be ahead of the next account's. */
const BY_WORDS = { leastScore: 0.75, leastLead: 0.1 };
const BY_LETTERS = { leastScore: 0.7, leastLead: 0.01 };
/** From so many letters on two edits in one word are believed; in shorter ones they make another word: east and west. */
const LONG_WORD = 8;
const SHORT_WORD = 4;

export type FindSimilarName = (words: readonly string[]) => SimilarName | null;

export function createSimilarNames(names: readonly KnownName[]): FindSimilarName {
  const joined = names.map(({ words }) => words.join(''));
  const findMisspelt = createMisspeltNames(joined);
  const findByWords = createNamesByWords(names.map(({ words }) => words));
  const similar = (place: number, score: number, reason: (name: string) => string): SimilarName[] => {
    const known = names[place];
    return known === undefined ? [] : [{ accountId: known.accountId, score, reason: reason(known.name) }];
  };
  return (words) => {
    const asked = words.join('');
    const misspelt = findMisspelt(asked)
      .filter(({ place }) => isSlip(words, names[place]?.words ?? []))
      .flatMap(({ place, edits }) =>
        similar(place, 1 - edits / asked.length, (name) => `${edits} ${edits === 1 ? 'letter' : 'letters'} off "${name}"`),
      );
    const clear = pickClear(misspelt, BY_LETTERS);
    if (clear !== null || misspelt.length > 0) return clear;
    const byWords = findByWords(words).flatMap(({ place, score, shared }) =>
      similar(place, score, (name) => `"${shared.join(' ')}" tells "${name}" from others`),
    );
    return pickClear(byWords, BY_WORDS);
  };
}

function pickClear(found: readonly SimilarName[], limits: typeof BY_WORDS): SimilarName | null {
  const best = found.reduce<SimilarName | null>((first, name) => (first === null || name.score > first.score ? name : first), null);
  if (best === null || best.score < limits.leastScore) return null;
  const isDoubtful = found.some((other) => other.accountId !== best.accountId && best.score - other.score < limits.leastLead);
  return isDoubtful ? null : best;
}

/** A slip of the fingers, not another word or number. */
function isSlip(asked: readonly string[], known: readonly string[]): boolean {
  if (digitsOf(asked) !== digitsOf(known)) return false;
  if (asked.length !== known.length) return boundedEditDistance(asked.join(''), known.join(''), 1) <= 1;
  return asked.every((word, index) => {
    const other = known[index] ?? '';
    if (word === other) return true;
    const length = Math.min(word.length, other.length);
    const most = length >= LONG_WORD ? 2 : length >= SHORT_WORD ? 1 : 0;
    return boundedEditDistance(word, other, most) <= most;
  });
}

function digitsOf(words: readonly string[]): string {
  return words.join('').replace(/[^0-9]+/g, '');
}
