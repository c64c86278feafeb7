/**
 * The published JSON Schema says what the compiler takes, exactly: each mapping of the documented examples is given an unknown key, and the
 * keys that the compiler then names are those of the schema; the same for keys that must be there, and for words of closed lists.
 * To add a key: the reader, deploy/rule-sets/rule-set.schema.json, and an example in docs/rules.md if it holds a mapping or words.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, parseDocument } from 'yaml';
import { compileRuleSet } from '../compile-rule-set.ts';
import type { RuleSetFault } from '../rule-set.ts';
import { type JsonSchema, type Spot, schemasIn, spotsOf, UNDERSTOOD } from './json-schema.test-support.ts';

const file = (path: string): string => readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
const schema: JsonSchema = JSON.parse(file('deploy/rule-sets/rule-set.schema.json'));
const examples = [...file('docs/rules.md').matchAll(/```yaml example\n([\s\S]*?)```/g)].map((match): object => parse(match[1] ?? ''));
const documents = examples.map((example) => ({ ...examples[0], ...example }));
const tables = new Map([['tables/territories.csv', 'region,territory\nCA,west\n']]);
const UNKNOWN = 'not-a-key';

function faultsOf(document: unknown): readonly RuleSetFault[] {
  const result = compileRuleSet({ source: JSON.stringify(document), tables, hash: () => 'digest' });
  return result.ok ? [] : result.faults;
}

/** The document with another value at the spot; undefined takes it out. */
function changed(document: unknown, keys: Spot['keys'], value: unknown): unknown {
  const [first, ...rest] = keys;
  if (first === undefined) return value;
  if (Array.isArray(document)) return document.map((item, index) => (index === first ? changed(item, rest, value) : item));
  const entries = Object.entries(Object(document));
  if (!entries.some(([key]) => key === first)) return Object.fromEntries([...entries, [first, value]]);
  return Object.fromEntries(
    entries.flatMap(([key, inner]) => {
      const next = key === first ? changed(inner, rest, value) : inner;
      return next === undefined ? [] : [[key, next]];
    }),
  );
}

/** Of each schema with the given part, the first spot in an example that shows it. */
function spotsBy(part: 'properties' | 'enum'): ReadonlyMap<JsonSchema, { readonly document: object; readonly spot: Spot }> {
  const found = new Map<JsonSchema, { readonly document: object; readonly spot: Spot }>();
  for (const document of documents)
    for (const spot of spotsOf(schema, document))
      if (spot.schema[part] !== undefined && !found.has(spot.schema)) found.set(spot.schema, { document, spot });
  return found;
}

const mappings = spotsBy('properties');
const words = spotsBy('enum');
const titled = (spots: typeof mappings) => [...spots.values()].map((one) => [one.spot.path || 'the document', one] as const);

describe('rule-set.schema.json', () => {
  it('uses no keyword that these tests do not understand, and describes every key', () => {
    const used = new Set(schemasIn(schema).flatMap((one) => Object.keys(one)));
    expect([...used].filter((keyword) => !UNDERSTOOD.has(keyword))).toEqual([]);
    const named = Object.fromEntries(Object.entries(schema.definitions ?? {}).map(([name, one]) => [`#/definitions/${name}`, one]));
    const bare = schemasIn(schema).flatMap((one) =>
      Object.entries(one.properties ?? {}).filter(([, inner]) => (inner.description ?? named[inner.$ref ?? '']?.description ?? '') === ''),
    );
    expect(bare.map(([key]) => key).filter((key) => !UNDESCRIBED.has(key))).toEqual([]);
  });

  it.each(['telecom', 'departments'])('allows %s, which names it', (name) => {
    const text = file(`deploy/rule-sets/${name}/rules.yaml`);
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/rule-set\.schema\.json\n/);
    expect(() => spotsOf(schema, parseDocument(text).toJS())).not.toThrow();
  });

  it('is shown whole by the examples of docs/rules.md', () => {
    const all = schemasIn(schema);
    const missing = all.filter(
      (one) => (one.properties !== undefined && !mappings.has(one)) || (one.enum !== undefined && !words.has(one)),
    );
    expect(missing.map((one) => JSON.stringify(one.enum ?? Object.keys(one.properties ?? {})))).toEqual([]);
  });

  it.each(titled(mappings))('has the keys that the compiler takes in %s', (_path, { document, spot }) => {
    const { path, keys, value } = spot;
    expect(spot.schema.additionalProperties).toBe(false);
    const told = faultsOf(changed(document, [...keys, UNKNOWN], 1)).find(
      (fault) => fault.message.startsWith('unknown key') || fault.path.endsWith(UNKNOWN),
    );
    const known = Object.keys(spot.schema.properties ?? {}).sort();
    expect([...new Set(told?.known)].sort(), path).toEqual(known);
    const isMissing = (key: string): boolean =>
      faultsOf(changed(document, [...keys, key], undefined)).some(
        (fault) => fault.path === path && fault.message === `"${key}" is missing`,
      );
    const present = Object.keys(Object(value));
    expect(present.filter(isMissing).sort()).toEqual([...(spot.schema.required ?? [])].sort());
  });

  it.each(titled(words))('has the words that the compiler takes at %s', (_path, { document, spot }) => {
    const told = faultsOf(changed(document, spot.keys, UNKNOWN)).find(({ known }) => known !== undefined);
    expect([...(told?.known ?? [])].sort()).toEqual([...(spot.schema.enum ?? [])].sort());
  });
});

/** Said by their name alone. */
const UNDESCRIBED = new Set(['company', 'location', 'qualification', 'consent', 'person', 'webhook', 'fit', 'engagement', 'id']);
