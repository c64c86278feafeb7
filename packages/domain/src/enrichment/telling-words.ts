/**
 * Finds a company by the words of its name that tell it from others: "Arista" is "Arista Networks", "Deere USA" is "Deere". A word
 * that few names have weighs more than one that many have; words that say only what kind of firm it is weigh little.
 */

export interface NameByWords {
  /** Place of the name in the list. */
  readonly place: number;
  /** 0 to 1: weight of the shared words by that of all words of both names. */
  readonly score: number;
  /** Shared words, in the order of the question. */
  readonly shared: readonly string[];
}

export interface TellingWords {
  /** All names that could be meant, in no order: also those too weak to be taken, since a near second makes the first one doubtful. */
  find(words: readonly string[]): readonly NameByWords[];
  /** Whether any name has the word. */
  isKnown(word: string): boolean;
  readonly vocabulary: readonly string[];
}

const LEAST_SCORE = 0.6;
/** Words that more names have are no way to find one. */
const MOST_NAMES = 200;
/** Weight of a word that says little; an unknown word has about 7 in a small table and 11 in a large one. */
const SLIGHT = 1;
/** Least weight of a word that only the question has: who says more than the name means somebody else. */
const LEAST_EXTRA = 5;
/** Rarity in a table of ten names says nothing: it is weighed as if there were so many. */
const LEAST_NAMES = 1_000;
const NONE: readonly NameByWords[] = [];

/** What an account's full name has and people leave out. */
const LEFT_OUT = wordSet(
  'airlines associates association bank brands brothers business center communications consulting data development digital distribution electric energy engineering ' +
    'enterprises financial foods global health holdings industries insurance international laboratories machines management manufacturing markets media motor motors ' +
    'national network networks of partners pharmaceuticals products properties resources services software solutions stores systems technologies ' +
    'telecommunications transportation utilities worldwide',
);
/** What people add to a company's name. */
const ADDED = wordSet(
  'america americas canada com corporate dept division emea global headquarters hq international na of online us usa worldwide',
);

interface Index {
  readonly idOf: ReadonlyMap<string, number>;
  /** By word: the places of the names that have it. */
  readonly namesWith: readonly (readonly number[])[];
  /** By word: its weight, and its weight where the name has it and the question does not. */
  readonly weights: Float64Array;
  readonly ownWeights: Float64Array;
  /** Weight of a word that no name has. */
  readonly unknownWeight: number;
  /** By place: the ids of the name's words. */
  readonly names: readonly Int32Array[];
}

interface Asked {
  readonly word: string;
  /** -1 for a word that no name has. */
  readonly id: number;
  readonly weight: number;
  /** When the name does not have it. */
  readonly extra: number;
}

export function createTellingWords(names: readonly (readonly string[])[]): TellingWords {
  const index = indexWords(names);
  return {
    isKnown: (word) => index.idOf.has(word),
    vocabulary: [...index.idOf.keys()],
    find: (words) => {
      const asked = [...new Set(words)].map((word) => weigh(index, word)).sort((a, b) => b.weight - a.weight);
      const found: NameByWords[] = [];
      const tried = new Set<number>();
      // A name that shares none of the words tried so far can reach this much at most.
      let open = 0;
      for (const word of asked) open += word.extra;
      const all = open;
      for (const { id, extra } of asked) {
        if (open < LEAST_SCORE * all) break;
        open -= extra;
        const places = index.namesWith[id] ?? [];
        if (places.length > MOST_NAMES) continue;
        for (const place of places) {
          if (tried.has(place)) continue;
          tried.add(place);
          const score = scoreOf(index, asked, place);
          if (score >= LEAST_SCORE) found.push({ place, score, shared: sharedWords(index, { asked, words, place }) });
        }
      }
      return found.length === 0 ? NONE : found;
    },
  };
}

function indexWords(names: readonly (readonly string[])[]): Index {
  const idOf = new Map<string, number>();
  const namesWith: number[][] = [];
  const ids = names.map((words, place) =>
    Int32Array.from(new Set(words), (word) => {
      let id = idOf.get(word);
      if (id === undefined) {
        id = namesWith.length;
        idOf.set(word, id);
        namesWith.push([]);
      }
      namesWith[id]?.push(place);
      return id;
    }),
  );
  const count = Math.max(LEAST_NAMES, names.length);
  const weights = Float64Array.from(namesWith, (places) => Math.log(1 + count / places.length));
  const ownWeights = Float64Array.from(idOf, ([word, id]) => (LEFT_OUT.has(word) ? SLIGHT : (weights[id] ?? SLIGHT)));
  return { idOf, namesWith, weights, ownWeights, unknownWeight: Math.log(1 + count), names: ids };
}

function weigh(index: Index, word: string): Asked {
  const id = index.idOf.get(word) ?? -1;
  const weight = index.weights[id] ?? index.unknownWeight;
  return { word, id, weight, extra: ADDED.has(word) ? SLIGHT : Math.max(LEAST_EXTRA, weight) };
}

function scoreOf(index: Index, asked: readonly Asked[], place: number): number {
  const own = index.names[place];
  if (own === undefined) return 0;
  let both = 0;
  let rest = 0;
  for (const id of own) {
    const word = asked.find((one) => one.id === id);
    if (word === undefined) rest += index.ownWeights[id] ?? 0;
    else both += word.weight;
  }
  for (const { id, extra } of asked) if (!own.includes(id)) rest += extra;
  return both / (both + rest);
}

function sharedWords(
  index: Index,
  { asked, words, place }: { readonly asked: readonly Asked[]; readonly words: readonly string[]; readonly place: number },
): readonly string[] {
  const own = index.names[place];
  const shared = new Set(asked.filter(({ id }) => own?.includes(id)).map(({ word }) => word));
  return words.filter((word) => shared.delete(word));
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}
