/**
 * Texts of which one gives every test on a text the result that any text gives. What look-ups find hangs on the text without its outer spaces
 * and in small letters, everything else on each character, so keys are written in as many ways as the tests can tell apart.
 */
import type { ReferenceTables } from '../reference-table.ts';
import type { LookUps, Telling } from './formula.ts';
import { type KeyKind, keysToTry, kindOf, OTHER_TEXT } from './keys-to-try.ts';

export interface TextsToTry {
  readonly texts: readonly string[];
  /** Tests of the others are left out: as if they passed. */
  readonly heeds: (telling: Telling) => boolean;
}

/** Beside those that are named, and OTHER_TEXT. */
export function textsToTry(
  tellings: readonly Telling[],
  { named, tables }: { readonly named: ReadonlySet<string>; readonly tables: ReferenceTables },
): TextsToTry {
  const asked = new Map(tellings.flatMap(({ lookUps }) => (lookUps === undefined ? [] : [[JSON.stringify(lookUps), lookUps] as const])));
  if (asked.size > 0) return writtenKeys({ lookUps: [...asked.values()], tellings, named, tables });
  const prefixes = affixesIn(tellings, 'prefix');
  const bounds = tellings.flatMap(({ bound }) => bound ?? []);
  if (prefixes.length + bounds.length > 0) {
    const behind = prefixes.flatMap((prefix) => textBehind(prefix) ?? []);
    // The order of texts in stretches: each end, and the first text after it.
    const texts = ['', ...named, ...prefixes, ...behind, ...bounds].flatMap((end) => [end, `${end}${OTHER_TEXT}`]);
    return { texts: texts.filter((text) => !named.has(text)), heeds: ({ suffix }) => suffix === undefined };
  }
  return { texts: affixesIn(tellings, 'suffix').map((suffix) => `${OTHER_TEXT}${suffix}`), heeds: () => true };
}

interface AskedKeys {
  readonly lookUps: readonly LookUps[];
  readonly tellings: readonly Telling[];
  readonly named: ReadonlySet<string>;
  readonly tables: ReferenceTables;
}

function writtenKeys({ lookUps, tellings, named, tables }: AskedKeys): TextsToTry {
  const [prefixes, suffixes] = [affixesIn(tellings, 'prefix'), affixesIn(tellings, 'suffix')];
  const kinds = new Set(lookUps.map(([first]) => kindOf(tables.get(first.table))));
  const usual: KeyKind = prefixes.length === 0 && suffixes.length > 0 ? 'DOMAINS' : 'BEGINNINGS';
  const kind = PREFERRED.find((each) => kinds.has(each)) ?? usual;
  const affixes = kind === 'BEGINNINGS' ? prefixes : kind === 'DOMAINS' ? suffixes : [];
  const inOtherCase = otherCaseOf(affixes);
  const heeded = lookUps.filter(([first]) => isOfKind(kindOf(tables.get(first.table)), kind));
  const heededAffixes = inOtherCase === null ? [] : affixes;
  const keys = keysToTry(tables, { lookUps: heeded, kind, affixes: heededAffixes.map((affix) => affix.toLowerCase()) });
  if (keys === null) return { texts: [], heeds: ({ values = [], ...others }) => Object.keys(others).length === 0 };
  const write = (key: string) => writingsOf(key, { kind, affixes: heededAffixes, inOtherCase: inOtherCase ?? ((text) => text) });
  return {
    texts: keys.flatMap((key) => write(key).map((writing) => unnamed(writing, named))),
    heeds: (telling) => {
      if (telling.lookUps !== undefined) return isOfKind(kindOf(tables.get(telling.lookUps[0].table)), kind);
      const affix = telling.prefix ?? telling.suffix;
      if (affix === undefined) return telling.bound === undefined;
      return heededAffixes.includes(affix) && (telling.prefix === undefined) === (kind === 'DOMAINS');
    },
  };
}

/** Where a text is looked up in tables of several kinds, those of the first of these are heeded. */
const PREFERRED: readonly KeyKind[] = ['BEGINNINGS', 'DOMAINS', 'NUMBERS'];

/** Whole keys go with any. */
function isOfKind(one: KeyKind | null, kind: KeyKind): boolean {
  return one === null || one === kind;
}

function affixesIn(tellings: readonly Telling[], side: 'prefix' | 'suffix'): readonly string[] {
  return [...new Set(tellings.flatMap((telling) => telling[side] ?? []))];
}

/** Writes small letters so that none of the affixes goes on in them; null when they are written in several ways, or hold spaces or foreign letters. */
function otherCaseOf(affixes: readonly string[]): ((text: string) => string) | null {
  if (!affixes.every((affix) => /^[!-~]+$/.test(affix))) return null;
  if (!affixes.some((affix) => /[A-Z]/.test(affix))) return (text) => text.replaceAll(/[a-z]/g, (letter) => letter.toUpperCase());
  return affixes.some((affix) => /[a-z]/.test(affix)) ? null : (text) => text;
}

interface Writing {
  readonly text: string;
  /** Spaces may stand there. */
  readonly spaces: 'BEFORE' | 'BEHIND';
}

interface WrittenAffixes {
  readonly kind: KeyKind;
  readonly affixes: readonly string[];
  readonly inOtherCase: (text: string) => string;
}

/** One that has none of the affixes, and one for each that it can have as its longest. */
function writingsOf(key: string, { kind, affixes, inOtherCase }: WrittenAffixes): readonly Writing[] {
  if (affixes.length === 0) return [{ text: `${key} `, spaces: 'BEHIND' }];
  if (kind === 'DOMAINS') {
    const ends = affixes.filter((affix) => key.endsWith(affix.toLowerCase()));
    const written = ends.map((end): Writing => ({ text: inOtherCase(key.slice(0, key.length - end.length)) + end, spaces: 'BEFORE' }));
    return [{ text: `${key} `, spaces: 'BEHIND' }, ...written];
  }
  const beginnings = affixes.filter((affix) => key.startsWith(affix.toLowerCase()));
  const written = beginnings.map(
    (beginning): Writing => ({ text: beginning + inOtherCase(key.slice(beginning.length)), spaces: 'BEHIND' }),
  );
  return [{ text: ` ${key}`, spaces: 'BEHIND' }, ...written];
}

/** With as many more outer spaces, which look-ups do not heed, as it takes to be a text that nobody names. */
function unnamed({ text, spaces }: Writing, named: ReadonlySet<string>): string {
  let written = text;
  while (named.has(written)) written = spaces === 'BEFORE' ? ` ${written}` : `${written} `;
  return written;
}

/** The first text behind all that begin like this; null when there is none. */
function textBehind(prefix: string): string | null {
  const end = prefix.replace(/\uffff+$/, '');
  return end === '' ? null : end.slice(0, -1) + String.fromCharCode(end.charCodeAt(end.length - 1) + 1);
}
