/** Finds the topics of a text by a table of keywords: whole words, any case, several words in a row. One pass over the text. */

export interface TopicKeyword {
  readonly keyword: string;
  readonly topic: string;
  /** The table or section it stands in; left out of what is known without a rule set. */
  readonly source?: string;
}

export type TopicHit = TopicKeyword;

export type TopicMatcher = (texts: readonly (string | null)[]) => readonly TopicHit[];

interface Phrase {
  readonly words: readonly string[];
  readonly hit: TopicHit;
}

const WORD = /[\p{L}\p{N}]+/gu;
/** Longer texts are read up to here: what a lead wants stands at the front. */
const MAX_TEXT = 20_000;

/** One hit a topic, sorted by topic. */
export function createTopicMatcher(keywords: readonly TopicKeyword[]): TopicMatcher {
  const byFirstWord = new Map<string, Phrase[]>();
  for (const hit of keywords) {
    const words = wordsOf(hit.keyword);
    const [first] = words;
    if (first === undefined) continue;
    const phrases = byFirstWord.get(first) ?? [];
    byFirstWord.set(first, phrases);
    phrases.push({ words, hit });
  }
  return (texts) => {
    let found: Map<string, TopicHit> | null = null;
    for (const text of texts) {
      if (text === null || text === '') continue;
      const words = wordsOf(text);
      for (let place = 0; place < words.length; place++) {
        for (const phrase of byFirstWord.get(words[place] ?? '') ?? []) {
          if (!standsAt(words, place, phrase.words)) continue;
          found ??= new Map();
          if (!found.has(phrase.hit.topic)) found.set(phrase.hit.topic, phrase.hit);
        }
      }
    }
    return found === null ? [] : [...found.values()].sort((a, b) => (a.topic < b.topic ? -1 : 1));
  };
}

function wordsOf(text: string): readonly string[] {
  return text.slice(0, MAX_TEXT).toLowerCase().match(WORD) ?? [];
}

function standsAt(words: readonly string[], place: number, phrase: readonly string[]): boolean {
  if (place + phrase.length > words.length) return false;
  for (let index = 1; index < phrase.length; index++) if (words[place + index] !== phrase[index]) return false;
  return true;
}
