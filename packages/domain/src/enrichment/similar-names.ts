/**
 * Which account is meant by a name that is none of theirs: misspelt, or with other unimportant words. Says nothing rather than
 * something doubtful: where two accounts are as near, neither is meant.
 */
import { createMisspeltWords, type MeantWord, type MisspeltWords } from './misspelt-words.ts';
import { createTellingWords } from './telling-words.ts';

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

/** null when nobody is meant, or nobody knows who. */
export type FindSimilarName = (words: readonly string[]) => SimilarName | null;

/** What a name must have, and be ahead of the next account's. */
const BY_WORDS = { leastScore: 0.75, leastLead: 0.1 };
const BY_LETTERS = { leastScore: 0.7, leastLead: 0.01 };
/** In all words together. */
const MOST_EDITS = 2;
const NOTHING_WRONG: readonly Reading[] = [{ words: [], edits: 0 }];

interface Reading {
  readonly words: readonly string[];
  readonly edits: number;
}

export function createSimilarNames(names: readonly KnownName[]): FindSimilarName {
  const telling = createTellingWords(names.map(({ words }) => words));
  const findMeant = createMisspeltWords(telling.vocabulary);
  const byKey = keyNames(names);
  return (words) => {
    const length = words.reduce((sum, word) => sum + word.length, 0);
    // A slip of the fingers makes no word that other names have; and a number is never a slip.
    const misspelt = readings(words, { isKnown: telling.isKnown, findMeant }).flatMap((reading): SimilarName[] => {
      const { edits } = reading;
      const known = byKey.get(reading.words.join(''));
      if (known === undefined) return [];
      const reason = `${edits} ${edits === 1 ? 'letter' : 'letters'} off "${known.name}"`;
      return [{ accountId: known.accountId, score: 1 - edits / length, reason }];
    });
    if (misspelt.length > 0) return pickClear(misspelt, BY_LETTERS);
    const byWords = telling.find(words).flatMap(({ place, score, shared }): SimilarName[] => {
      const known = names[place];
      return known === undefined
        ? []
        : [{ accountId: known.accountId, score, reason: `"${shared.join(' ')}" tells "${known.name}" from others` }];
    });
    return pickClear(byWords, BY_WORDS);
  };
}

/** Names that several accounts have are left out: nobody can tell which is meant. */
function keyNames(names: readonly KnownName[]): ReadonlyMap<string, KnownName> {
  const byKey = new Map<string, KnownName>();
  const shared: string[] = [];
  for (const known of names) {
    const key = known.words.join('');
    const other = byKey.get(key);
    if (other === undefined) byKey.set(key, known);
    else if (other.accountId !== known.accountId) shared.push(key);
  }
  for (const key of shared) byKey.delete(key);
  return byKey;
}

/** What a name may have been meant to be: its unknown words replaced by known ones, at most two letters off in all. */
function readings(
  words: readonly string[],
  known: { readonly isKnown: (word: string) => boolean; readonly findMeant: MisspeltWords },
): readonly Reading[] {
  if (words.every(known.isKnown)) return [];
  let open = NOTHING_WRONG;
  for (const word of words) {
    const options: readonly MeantWord[] = known.isKnown(word) ? [{ word, edits: 0 }] : HAS_DIGIT.test(word) ? [] : known.findMeant(word);
    open = open.flatMap((reading) =>
      options
        .filter(({ edits }) => reading.edits + edits <= MOST_EDITS)
        .map((option) => ({ words: [...reading.words, option.word], edits: reading.edits + option.edits })),
    );
    if (open.length === 0) return [];
  }
  return open;
}

const HAS_DIGIT = /\d/;

function pickClear(found: readonly SimilarName[], limits: typeof BY_WORDS): SimilarName | null {
  const best = found.reduce<SimilarName | null>((first, name) => (first === null || name.score > first.score ? name : first), null);
  if (best === null || best.score < limits.leastScore) return null;
  const isDoubtful = found.some((other) => other.accountId !== best.accountId && best.score - other.score < limits.leastLead);
  return isDoubtful ? null : best;
}
