/** The `topics` and `products` sections: what leads write about and ask for, each by the words that tell it. */
import { fieldsOf, idOf, itemsOf, type Place, type RuleSetDocument, report, textOf } from '../rule-set/document.ts';
import { uniqueNames } from '../rule-set/unique-names.ts';
import type { TopicKeyword } from './topic-matcher.ts';

export function hasWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

/** A topic is told by its keywords alone: `support` need not be a word of a lead that asks for it. */
export function readTopicSection(document: RuleSetDocument, place: Place | null): readonly TopicKeyword[] {
  return readSection(document, place, { what: 'topic', words: 'keywords', source: 'topics', areNames: false });
}

/** A product is told by its id, its name and its synonyms. */
export function readProductSection(document: RuleSetDocument, place: Place | null): readonly TopicKeyword[] {
  return readSection(document, place, { what: 'product', words: 'synonyms', source: 'products', areNames: true });
}

interface Section {
  readonly what: 'topic' | 'product';
  readonly words: 'keywords' | 'synonyms';
  readonly source: string;
  /** Id and name are words themselves. */
  readonly areNames: boolean;
}

function readSection(document: RuleSetDocument, place: Place | null, section: Section): readonly TopicKeyword[] {
  const { what, words, source, areNames } = section;
  const owners = new Map<string, string>();
  const isNew = uniqueNames(document, { what });
  return itemsOf(document, place).flatMap((item) => {
    const fields = fieldsOf(
      document,
      item,
      areNames ? { required: ['id'], optional: ['name', words] } : { required: ['id', words], optional: ['name'] },
    );
    const id = idOf(document, fields?.get('id') ?? null);
    if (fields === null || id === null) return [];
    isNew(id, fields.get('id') ?? item);
    const name = textOf(document, fields.get('name'));
    const written = itemsOf(document, fields.get(words)).flatMap((word) => keywordAt(document, word, { owners, id, what }));
    const own = areNames ? [id, ...(name === null ? [] : [name])] : [];
    return [...new Set([...own, ...written])].map((keyword): TopicKeyword => ({ keyword, topic: id, source }));
  });
}

/** The same words for two of them would give a lead both, and hide a mistake. */
function keywordAt(
  document: RuleSetDocument,
  place: Place,
  known: { readonly owners: Map<string, string>; readonly id: string; readonly what: string },
): readonly string[] {
  const text = textOf(document, place);
  if (text === null) return [];
  const key = text.trim().toLowerCase();
  const owner = known.owners.get(key);
  if (!hasWord(text)) report(document, place, { message: `"${text}" has no letter or digit` });
  else if (owner !== undefined) report(document, place, { message: `"${text}" tells ${known.what} "${owner}" already` });
  known.owners.set(key, known.id);
  return [text.trim()];
}
