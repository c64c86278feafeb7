/**
 * The values of a term that have to be tried. Of all values that give every test on the term the same results one is enough, so a few stand
 * for all there are: if none of them passes, no lead does.
 */
import type { ReferenceTables } from '../reference-table.ts';
import type { Atom, Telling, Term, Value } from './formula.ts';
import { numbersOf, OTHER_TEXT } from './keys-to-try.ts';
import { numbersToTry } from './numbers-to-try.ts';
import { type TextsToTry, textsToTry } from './texts-to-try.ts';

export interface TriedValues {
  readonly values: readonly (Value | undefined)[];
  readonly heeds: TextsToTry['heeds'];
}

export function valuesToTry(term: Term, atoms: readonly Atom[], tables: ReferenceTables): TriedValues {
  const tellings = atoms.map(({ telling }) => telling);
  const unknown = term.canBeUnknown ? [undefined] : [];
  const { domain } = term;
  if (domain.type === 'truth') return { values: [true, false, ...unknown], heeds: () => true };
  if (domain.type === 'number') return { values: [...numbersToTry(domain, numbersIn(tellings, tables)), ...unknown], heeds: () => true };
  if (domain.words !== null) return { values: [...domain.words, ...unknown], heeds: () => true };
  const named = new Set(tellings.flatMap(({ values = [] }) => values).filter((value) => typeof value === 'string'));
  const others = textsToTry(tellings, { named, tables });
  return { values: [...others.texts, OTHER_TEXT, ...named, ...unknown], heeds: others.heeds };
}

/** What a term is where nothing is asked of it. */
export function usualValue({ domain, canBeUnknown }: Term): Value | undefined {
  if (canBeUnknown) return undefined;
  if (domain.type === 'truth') return false;
  if (domain.type === 'number') return Math.max(domain.min, 0);
  return domain.words === null ? OTHER_TEXT : domain.words[0];
}

function numbersIn(tellings: readonly Telling[], tables: ReferenceTables): readonly number[] {
  const named = tellings.flatMap(({ values = [] }) => values).filter((value) => typeof value === 'number');
  const asked = new Set(tellings.flatMap(({ lookUps }) => lookUps?.[0].table ?? []));
  return [...named, ...[...asked].flatMap((name) => tables.get(name) ?? []).flatMap(numbersOf)];
}
