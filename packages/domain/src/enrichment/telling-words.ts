/**
 * Finds a company by the words of its name that tell it from others: "Cisco" is "Cisco Systems", "Deere USA" is "Deere". A word
 * that few names have weighs more than one that many have; words that say only what kind of firm it is weigh little.
 */

export interface NameByWords {
  /** Place of the name in the list. */
  readonly place: number;
  /** 0 to 1: weight of the shared words by that of all words of both names. */
  readonly score: number;
  /** Shared words, the most telling first. */
  readonly shared: readonly string[];
}

/** All names that could be meant, in no order: also those too weak to be taken, since a near second makes the first one doubtful. */
export type NamesByWords = (words: readonly string[]) => readonly NameByWords[];

const LEAST_SCORE = 0.6;
/** A name is looked for by its two rarest words, each of which so many names at most may have. */
const SEEDS = 2;
const MOST_NAMES = 100;
/** Weight of a word that says little; an unknown word has about 7 in a small table and 11 in a large one. */
const SLIGHT = 1;
/** Rarity in a table of ten names says nothing: it is weighed as if there were so many. */
const LEAST_NAMES = 1_000;
const NONE: readonly NameByWords[] = [];

/** What an account's full name has and people leave out. */
const LEFT_OUT = wordSet(
  'airlines associates association bank brands brothers business center communications consulting data development digital distribution electric energy engineering ' +
    'enterprises financial foods global health holdings industries insurance international laboratories machines management manufacturing markets media motor motors ' +
    'national network networks of partners pharmaceuticals products properties resources services software solutions stores systems technology ' +
    'telecommunications transportation utilities worldwide',
);
/** What people add to a company's name. */
const ADDED = wordSet(
  'america americas canada com corporate dept division emea global headquarters hq international na of online us usa worldwide',
);

interface Index {
  readonly idOf: ReadonlyMap<string, number>;
  /** Place of each name that has the word. */
  readonly namesWith: readonly (readonly number[])[];
  readonly weights: readonly number[];
  /** Weight of a word that no name has. */
  readonly unknownWeight: number;
  readonly names: readonly (readonly string[])[];
}

export function createNamesByWords(names: readonly (readonly string[])[]): NamesByWords {
  const index = indexWords(names);
  return (words) => {
    const asked = [...new Set(words)];
    const candidates = candidatesFor(index, asked);
    if (candidates.size === 0) return NONE;
    return [...candidates].map((place) => compare(index, asked, place)).filter(({ score }) => score >= LEAST_SCORE);
  };
}

function indexWords(names: readonly (readonly string[])[]): Index {
  const idOf = new Map<string, number>();
  const namesWith: number[][] = [];
  names.forEach((words, place) => {
    for (const word of words) {
      let id = idOf.get(word);
      if (id === undefined) {
        id = namesWith.length;
        idOf.set(word, id);
        namesWith.push([]);
      }
      const list = namesWith[id];
      if (list !== undefined && list.at(-1) !== place) list.push(place);
    }
  });
  const count = Math.max(LEAST_NAMES, names.length);
  const weights = namesWith.map((list) => Math.log(1 + count / list.length));
  return { idOf, namesWith, weights, unknownWeight: Math.log(1 + count), names };
}

function candidatesFor(index: Index, words: readonly string[]): ReadonlySet<number> {
  const lists = words
    .filter((word) => !LEFT_OUT.has(word) && !ADDED.has(word))
    .map((word) => index.namesWith[index.idOf.get(word) ?? -1] ?? [])
    .filter((list) => list.length > 0 && list.length <= MOST_NAMES)
    .sort((a, b) => a.length - b.length)
    .slice(0, SEEDS);
  return new Set(lists.flat());
}

function compare(index: Index, asked: readonly string[], place: number): NameByWords {
  const own = index.names[place] ?? [];
  const weigh = (word: string) => index.weights[index.idOf.get(word) ?? -1] ?? index.unknownWeight;
  const shared = asked.filter((word) => own.includes(word)).sort((a, b) => weigh(b) - weigh(a));
  let both = 0;
  for (const word of shared) both += weigh(word);
  let rest = 0;
  for (const word of asked) if (!shared.includes(word)) rest += ADDED.has(word) ? SLIGHT : weigh(word);
  for (const word of own) if (!shared.includes(word)) rest += LEFT_OUT.has(word) ? SLIGHT : weigh(word);
  return { place, score: both / (both + rest), shared };
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}
