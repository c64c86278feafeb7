/**
 * Which account is meant by a name that is none of theirs: misspelt, or with other unimportant words. Says nothing rather than
 * something doubtful: where two accounts are as near, neither is meant.
 */
import { createMisspeltWords, type MeantWord, type MisspeltWords } from './misspelt-words.ts';
import { COMMON_WORDS, coresOf, expandWord, withoutJoinedForm } from './normalise-company-name.ts';
import { createShortWords } from './short-words.ts';
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
/** Letters beside a short word that must be right for it to be read as another. */
const LEAST_BESIDE = 5;
/** For its first letter to be wrong. */
const BESIDE_FIRST = 12;
/** In names of so many letters another first letter makes another name: Emcor and Amcor. */
const SHORT_NAME = 6;
/** Letters of a name that is recognised, misspelt, with its spaces elsewhere. */
const LEAST_JOINED = 10;
/** Names with a piece that more share, such as a trade, are looked for by their other pieces. */
const MOST_ALIKE = 50;
/** Of a name that is the same but for what stands behind it. */
const SAME_CORE = 0.97;
const NOTHING_WRONG: readonly Reading[] = [{ words: [], edits: 0 }];

interface Reading {
  readonly words: readonly string[];
  readonly edits: number;
}

export function createSimilarNames(names: readonly KnownName[]): FindSimilarName {
  const telling = createTellingWords(names.map(({ words }) => words));
  const vocabulary = [...new Set([...telling.vocabulary, ...COMMON_WORDS])];
  const findLong = createMisspeltWords(vocabulary);
  const findShort = createShortWords(vocabulary);
  const findMeant = (word: string, beside: number): readonly MeantWord[] => {
    const long = findLong(word);
    return long.length > 0 || beside < LEAST_BESIDE ? long : findShort(word, { withFirst: beside >= BESIDE_FIRST });
  };
  const byKey = keyNames(names);
  const findJoined = createJoinedNames(byKey);
  const nameOf = (words: readonly string[]): KnownName | undefined => {
    for (const core of coresOf(words)) {
      const known = byKey.get(core.join(''));
      if (known !== undefined) return known;
    }
    return undefined;
  };
  return (words) => {
    const length = words.reduce((sum, word) => sum + word.length, 0);
    const same = nameOf(words) ?? byKey.get(withoutJoinedForm(words.join('')));
    if (same !== undefined) return { accountId: same.accountId, score: SAME_CORE, reason: `"${same.name}" but for words behind it` };
    // A slip of the fingers makes no word that other names have; and a number is never a slip.
    const misspelt = readings(words, { isKnown: telling.isKnown, findMeant }).flatMap((reading): SimilarName[] => {
      const { edits } = reading;
      const known = nameOf(reading.words);
      if (known === undefined || (length <= SHORT_NAME && known.words[0]?.charAt(0) !== words[0]?.charAt(0))) return [];
      const reason = `${edits} ${edits === 1 ? 'letter' : 'letters'} off "${known.name}"`;
      return [{ accountId: known.accountId, score: 1 - edits / length, reason }];
    });
    if (misspelt.length > 0) return pickClear(misspelt, BY_LETTERS);
    const joined = words.every(telling.isKnown) ? [] : findJoined(words);
    if (joined.length > 0) return pickClear(joined, BY_LETTERS);
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
  known: { readonly isKnown: (word: string) => boolean; readonly findMeant: (word: string, beside: number) => readonly MeantWord[] },
): readonly Reading[] {
  if (words.every(known.isKnown)) return [];
  const lettersKnown = words.reduce((sum, word) => sum + (known.isKnown(word) ? word.length : 0), 0);
  let open = NOTHING_WRONG;
  for (const word of words) {
    const options: readonly MeantWord[] = known.isKnown(word)
      ? [{ word, edits: 0 }]
      : HAS_DIGIT.test(word)
        ? []
        : known.findMeant(word, lettersKnown);
    open = open.flatMap((reading) =>
      options
        .filter(({ edits }) => reading.edits + edits <= MOST_EDITS)
        .map((option) => ({ words: [...reading.words, expandWord(option.word)], edits: reading.edits + option.edits })),
    );
    if (open.length === 0) return [];
  }
  return open;
}

/** Names whose spaces stand elsewhere, and that are misspelt beside: "HostHotwls Resorts". */
function createJoinedNames(byKey: ReadonlyMap<string, KnownName>): (words: readonly string[]) => readonly SimilarName[] {
  const find: MisspeltWords = createMisspeltWords([...byKey.keys()], { mostAlike: MOST_ALIKE });
  return (words) => {
    const key = words.join('');
    if (key.length < LEAST_JOINED || HAS_DIGIT.test(key)) return [];
    return find(key).flatMap(({ word, edits }): SimilarName[] => {
      const known = byKey.get(word);
      if (known === undefined || known.words.length === words.length || edits > 1) return [];
      return [
        { accountId: known.accountId, score: 1 - edits / key.length, reason: `${edits} letter off "${known.name}", with other spaces` },
      ];
    });
  };
}

const HAS_DIGIT = /\d/;

function pickClear(found: readonly SimilarName[], limits: typeof BY_WORDS): SimilarName | null {
  const best = found.reduce<SimilarName | null>((first, name) => (first === null || name.score > first.score ? name : first), null);
  if (best === null || best.score < limits.leastScore) return null;
  const isDoubtful = found.some((other) => other.accountId !== best.accountId && best.score - other.score < limits.leastLead);
  return isDoubtful ? null : best;
}
