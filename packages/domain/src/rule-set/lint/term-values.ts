/**
 * The values of a term that have to be tried. Of all values that give every test on the term the same results one is enough, so a few stand
 * for all there are: if none of them passes, no lead does.
 */
import { isInTable, lookUp } from '../../cel/cel-environment.ts';
import type { ReferenceTables } from '../reference-table.ts';
import type { Atom, Domain, Telling, Term, Value } from './formula.ts';

/** Stands for every text that nobody names. */
export const OTHER_TEXT = '\u0000';

export interface TriedValues {
  readonly values: readonly (Value | undefined)[];
  /** Tests of the others are left out: as if they passed. */
  readonly heeds: (telling: Telling) => boolean;
}

export function valuesToTry(term: Term, atoms: readonly Atom[], tables: ReferenceTables): TriedValues {
  const tellings = atoms.map(({ telling }) => telling);
  const unknown = term.canBeUnknown ? [undefined] : [];
  const { domain } = term;
  if (domain.type === 'truth') return { values: [true, false, ...unknown], heeds: () => true };
  if (domain.type === 'number') return { values: [...numbersToTry(domain, tellings), ...unknown], heeds: () => true };
  if (domain.words !== null) return { values: [...domain.words, ...unknown], heeds: () => true };
  const named = new Set(tellings.flatMap(({ values = [] }) => values).filter((value) => typeof value === 'string'));
  const others = otherTexts(tellings, { named, tables });
  return { values: [...others.texts, OTHER_TEXT, ...named, ...unknown], heeds: others.heeds };
}

/** What a term is where nothing is asked of it. */
export function usualValue({ domain, canBeUnknown }: Term): Value | undefined {
  if (canBeUnknown) return undefined;
  if (domain.type === 'truth') return false;
  if (domain.type === 'number') return Math.max(domain.min, 0);
  return domain.words === null ? OTHER_TEXT : domain.words[0];
}

/** Each number that is named, one between each two, and one beyond the ends. */
function numbersToTry({ isWhole, min, max }: Domain & { readonly type: 'number' }, tellings: readonly Telling[]): readonly number[] {
  const named = tellings.flatMap(({ values = [] }) => values).filter((value) => typeof value === 'number');
  const sorted = [...new Set([...named, min, max])].sort((a, b) => a - b);
  const tried = isWhole ? sorted.flatMap(wholeAround) : sorted.flatMap((value, index) => [value, between(value, sorted[index + 1])]);
  return [...new Set(tried)].filter((value) => value >= min && value <= max && !Number.isNaN(value));
}

function wholeAround(value: number): readonly number[] {
  return Number.isFinite(value) ? [Math.ceil(value) - 1, Math.floor(value), Math.ceil(value), Math.floor(value) + 1] : [value];
}

function between(low: number, high: number | undefined): number {
  if (high === undefined) return low;
  if (low === Number.NEGATIVE_INFINITY) return high;
  return high === Number.POSITIVE_INFINITY ? low : low + (high - low) / 2;
}

interface OtherTexts {
  readonly texts: readonly string[];
  readonly heeds: TriedValues['heeds'];
}

/** Of keys, beginnings and ends only one kind is heeded: how they hang together is not known. */
function otherTexts(
  tellings: readonly Telling[],
  { named, tables }: { readonly named: ReadonlySet<string>; readonly tables: ReferenceTables },
): OtherTexts {
  const asked = tellings.flatMap(({ table }) => (table === undefined ? [] : [table]));
  if (asked.length > 0) {
    return {
      texts: keysToTry(asked, { named, tables }),
      heeds: ({ prefix, suffix }) => prefix === undefined && suffix === undefined,
    };
  }
  const prefixes = tellings.flatMap(({ prefix }) => (prefix === undefined ? [] : [`${prefix}${OTHER_TEXT}`]));
  if (prefixes.length > 0) return { texts: prefixes, heeds: ({ suffix }) => suffix === undefined };
  return { texts: tellings.flatMap(({ suffix }) => (suffix === undefined ? [] : [`${OTHER_TEXT}${suffix}`])), heeds: () => true };
}

/** One key for each combination of what the look-ups can find, in a writing that nobody names. */
function keysToTry(
  asked: readonly NonNullable<Telling['table']>[],
  { named, tables }: { readonly named: ReadonlySet<string>; readonly tables: ReferenceTables },
): readonly string[] {
  const lookUps = [...new Map(asked.map((ask) => [JSON.stringify([ask.name, ask.column]), ask])).values()];
  const keys = new Set(lookUps.flatMap(({ name }) => [...(tables.get(name)?.rows.keys() ?? [])]));
  const byFinding = new Map<string, string>();
  for (const key of keys) {
    const found = lookUps.map(({ name, column }) =>
      column === null ? isInTable(tables, name, key) : lookUp(tables, { table: name, key, column }),
    );
    byFinding.set(JSON.stringify(found.map((one) => one ?? null)), key);
  }
  return [...byFinding.values()].map((key) => unnamed(key, named));
}

/** The key with outer spaces, which look-ups do not heed. */
function unnamed(key: string, named: ReadonlySet<string>): string {
  let text = `${key.trim()} `;
  while (named.has(text)) text += ' ';
  return text;
}
