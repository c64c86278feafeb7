/**
 * Which keys of look-ups stand for all there are. A key is a text without outer spaces and in small letters (`tableKey`), and what all
 * tables of one kind find for it hangs on where it stands: whole keys, beginnings and ranges of texts are stretches of the order of texts;
 * domains are the nearest one above; numbers are stretches of numbers. One key of each stretch is enough.
 */
import { isInTable, lookUp } from '../../cel/cel-environment.ts';
import type { ReferenceTable, ReferenceTables } from '../reference-table.ts';
import { numberIn, tableKey } from '../table-index.ts';
import type { LookUp, LookUps, Value } from './formula.ts';
import { between } from './numbers-to-try.ts';

/** Stands for every text that nobody names; below all others but the empty one. */
export const OTHER_TEXT = '\u0000';

export type KeyKind = 'BEGINNINGS' | 'DOMAINS' | 'NUMBERS';

/** What a key is asked: its look-ups, and beginnings (or ends, when `kind` is DOMAINS) in small letters. */
export interface KeyQuestion {
  readonly lookUps: readonly LookUps[];
  readonly kind: KeyKind;
  readonly affixes: readonly string[];
}

/** Rules ask the same tables again and again. */
const known = new WeakMap<ReferenceTables, Map<string, readonly string[] | null>>();

/** Keys of which one finds what any key finds, and has the affixes that it has; null when not all of them can be written. */
export function keysToTry(tables: ReferenceTables, question: KeyQuestion): readonly string[] | null {
  const ofTables = known.get(tables) ?? new Map<string, readonly string[] | null>();
  known.set(tables, ofTables);
  const asked = JSON.stringify(question);
  const before = ofTables.get(asked);
  if (before !== undefined) return before;
  const keys = differentKeys(tables, question);
  ofTables.set(asked, keys);
  return keys;
}

/** null for whole keys, which go with any. */
export function kindOf(table: ReferenceTable | undefined): KeyKind | null {
  if (table === undefined || table.match === 'exact') return null;
  if (table.match === 'suffix') return 'DOMAINS';
  return table.bounds?.compare === 'numbers' ? 'NUMBERS' : 'BEGINNINGS';
}

/** What the look-ups find for a key, one behind the other. */
export function findThrough(tables: ReferenceTables, lookUps: readonly LookUp[], key: string | number): Value | undefined {
  let found: Value | undefined = key;
  for (const { table, column } of lookUps) {
    if (typeof found !== 'string' && typeof found !== 'number') return undefined;
    found = column === null ? isInTable(tables, table, found) : lookUp(tables, { table, key: found, column });
  }
  return found;
}

/** What the rows of a column say, each once; null for what is no table or column. */
export function cellsOf(tables: ReferenceTables, { table, column }: LookUp): readonly string[] | null {
  const found = tables.get(table);
  if (found === undefined || column === null) return null;
  return [...new Set([...found.rows.values()].map((row) => row[column] ?? ''))].filter((cell) => cell !== '');
}

/** Numbers at which what a table finds for a number changes. */
export function numbersOf(table: ReferenceTable): readonly number[] {
  if (table.bounds?.compare === 'numbers') return table.bounds.ends;
  return [...table.rows.keys()].map(Number).filter((key) => Number.isFinite(key));
}

function differentKeys(tables: ReferenceTables, { lookUps, kind, affixes }: KeyQuestion): readonly string[] | null {
  const used = new Set(lookUps.map(([first]) => first.table));
  const asked = [...used].flatMap((name) => tables.get(name) ?? []);
  const whole = asked.filter(({ match }) => match === 'exact').flatMap(({ rows }) => [...rows.keys()]);
  const others = asked.filter((table) => kindOf(table) === kind);
  const keys = KEYS_OF[kind](whole, others, affixes);
  if (keys === null) return null;
  const has = (key: string, affix: string): boolean => (kind === 'DOMAINS' ? key.endsWith(affix) : key.startsWith(affix));
  const byFinding = new Map<string, string>();
  for (const key of keys) {
    const found = lookUps.map((each) => findThrough(tables, each, key) ?? null);
    byFinding.set(JSON.stringify([found, affixes.filter((affix) => has(key, affix))]), key);
  }
  return [...byFinding.values()];
}

type MakeKeys = (whole: readonly string[], tables: readonly ReferenceTable[], affixes: readonly string[]) => ReadonlySet<string> | null;

const KEYS_OF: Readonly<Record<KeyKind, MakeKeys>> = {
  BEGINNINGS: (whole, tables, affixes) => {
    const beginnings = [...affixes, ...tables.flatMap(({ match, rows }) => (match === 'prefix' ? [...rows.keys()] : []))];
    const bounds = tables.flatMap(({ bounds: each }) => (each?.compare === 'text' ? each.ends : []));
    const behind = beginnings.flatMap((beginning) => keyBehind(beginning) ?? []);
    return new Set(['', ...whole, ...beginnings, ...behind, ...bounds].flatMap(withNext));
  },
  DOMAINS: (whole, tables, affixes) => {
    const domains = tables.flatMap(({ rows }) => [...rows.keys()]);
    const written = domains.flatMap((domain) => [domain, `@${domain}`, `.${domain}`, `*.${domain}`, `${OTHER_TEXT}.${domain}`]);
    const ends = affixes.flatMap((end) => [end, `${OTHER_TEXT}${end}`]);
    return new Set(['', OTHER_TEXT, ...whole, ...written, ...ends]);
  },
  NUMBERS: (whole, tables) => {
    const taken = new Set(whole);
    const ends = [...new Set(tables.flatMap(numbersOf))].sort((a, b) => a - b);
    const [least = 0, most = 0] = [ends[0], ends.at(-1)];
    const within = ends.flatMap((end, index) => [end, between(end, ends[index + 1])]);
    const numbers = [least - 1 - Math.abs(least), ...within, most + 1 + Math.abs(most)].map((number) => numberText(number, taken));
    return numbers.every((text) => text !== null) ? new Set([OTHER_TEXT, ...whole, ...numbers]) : null;
  },
};

/** The text itself and the first one after it: all between it and the next of a list find what the first one after it finds. */
function withNext(text: string): readonly string[] {
  return [text, `${text}${OTHER_TEXT}`];
}

/** The first key behind all that begin like this; null when there is none. Capitals and outer spaces are in no key. */
function keyBehind(beginning: string): string | null {
  for (let length = beginning.length; length > 0; length--) {
    const stem = beginning.slice(0, length - 1);
    for (let unit = beginning.charCodeAt(length - 1) + 1; unit <= 0xffff; unit++) {
      const next = stem + String.fromCharCode(unit);
      const key = [next, `${next}${OTHER_TEXT}`].find((each) => tableKey(each) === each);
      if (key !== undefined) return key;
    }
  }
  return null;
}

/** A number as a text that is no whole key; null for one that has no plain decimal writing. */
function numberText(number: number, taken: ReadonlySet<string>): string | null {
  let text = Number.isInteger(number) ? BigInt(number).toString() : String(number);
  while (taken.has(text)) text += text.includes('.') ? '0' : '.0';
  return numberIn(text) === number ? text : null;
}
