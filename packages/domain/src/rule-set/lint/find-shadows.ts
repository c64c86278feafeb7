/**
 * Which of ordered conditions can never decide, because those before it are met whenever it would be. Each is asked for a lead that meets it;
 * an earlier one that takes this lead is then held to be not met, and the next lead is asked for, until there is none (proved) or nobody
 * takes it. Earlier ones are found by the values that they demand, so that thousands can be asked.
 */
import type { ReferenceTables } from '../reference-table.ts';
import { findWorld, isImpossible, valueIn, type World } from './find-world.ts';
import { type Formula, type Term, truthIn, type Value } from './formula.ts';
import { OTHER_TEXT } from './keys-to-try.ts';
import { usualValue } from './term-values.ts';

export type Verdict =
  /** A lead may meet it; `undecided`: or nobody could tell within the limits. */
  | { readonly kind: 'POSSIBLE' }
  /** No lead meets it, whatever stands before it. */
  | { readonly kind: 'IMPOSSIBLE' }
  /** Those at these places take all that it would; ascending, and none of them can be left out. */
  | { readonly kind: 'SHADOWED'; readonly by: readonly number[] };

/** More than this, and nobody would see it from the message either. */
const MOST_SHADOWS = 40;
/** Looks at earlier conditions in all: what stands behind it counts as possible. */
const MOST_LOOKS = 20_000_000;

const POSSIBLE: Verdict = { kind: 'POSSIBLE' };

/** `isFinal`: what it takes stays taken; what does not may come to those behind it all the same. */
export function findShadows(
  formulas: readonly Formula[],
  tables: ReferenceTables,
  isFinal: (place: number) => boolean = () => true,
): readonly Verdict[] {
  const earlier = new EarlierFormulas();
  return formulas.map((formula, place) => {
    const verdict = verdictOn(formula, earlier, tables);
    if (verdict.kind !== 'IMPOSSIBLE' && isFinal(place)) earlier.add(formula, place);
    return verdict;
  });
}

function verdictOn(formula: Formula, earlier: EarlierFormulas, tables: ReferenceTables): Verdict {
  const used = new Map<number, Formula>();
  while (used.size <= MOST_SHADOWS) {
    const world = findWorld({ met: [formula], notMet: [...used.values()] }, tables);
    if (world === 'UNDECIDED') return POSSIBLE;
    if (world === 'IMPOSSIBLE') return used.size === 0 ? { kind: 'IMPOSSIBLE' } : { kind: 'SHADOWED', by: fewest(formula, used, tables) };
    const taker = earlier.findMet(world);
    if (taker === null || used.has(taker.place)) return POSSIBLE;
    used.set(taker.place, taker.formula);
  }
  return POSSIBLE;
}

/** One that does it alone, else as many as it takes. */
function fewest(formula: Formula, used: ReadonlyMap<number, Formula>, tables: ReferenceTables): readonly number[] {
  const places = [...used.keys()].sort((a, b) => a - b);
  const suffice = (some: readonly number[]): boolean =>
    isImpossible({ met: [formula], notMet: some.flatMap((place) => used.get(place) ?? []) }, tables);
  const alone = places.find((place) => suffice([place]));
  if (alone !== undefined) return [alone];
  let needed: readonly number[] = places;
  for (const place of places) {
    const without = needed.filter((one) => one !== place);
    if (suffice(without)) needed = without;
  }
  return needed;
}

interface Placed {
  readonly place: number;
  readonly formula: Formula;
}

class EarlierFormulas {
  readonly #byValue = new Map<string, Placed[]>();
  /** Terms with values of their own where nothing is asked of them. */
  readonly #usual = new Map<string, Value>();
  readonly #always: Placed[] = [];
  #looks = 0;

  add(formula: Formula, place: number): void {
    const [demand] = demandsOf(formula).toSorted((a, b) => this.#crowd(a) - this.#crowd(b));
    if (demand === undefined) {
      this.#always.push({ formula, place });
      return;
    }
    const usual = usualValue(demand.term);
    if (usual !== undefined) this.#usual.set(demand.term.key, usual);
    for (const value of demand.values) {
      const key = keyOf(demand.term.key, value);
      const placed = this.#byValue.get(key);
      if (placed === undefined) this.#byValue.set(key, [{ formula, place }]);
      else placed.push({ formula, place });
    }
  }

  /** The first that is met in this world; null when none is. */
  findMet(world: World): Placed | null {
    const found = [this.#firstMet(this.#always, world)];
    for (const [term, value] of world) {
      if (value !== undefined) found.push(this.#firstMet(this.#byValue.get(keyOf(term, value)) ?? [], world));
    }
    for (const [term, value] of this.#usual) {
      if (!world.has(term)) found.push(this.#firstMet(this.#byValue.get(keyOf(term, value)) ?? [], world));
    }
    return found.filter((one) => one !== null).sort((a, b) => a.place - b.place)[0] ?? null;
  }

  /** How many stand already where this demand would be found. */
  #crowd({ term, values }: Demand): number {
    return values.reduce<number>((sum, value) => sum + 1 + (this.#byValue.get(keyOf(term.key, value))?.length ?? 0), 0);
  }

  #firstMet(candidates: readonly Placed[], world: World): Placed | null {
    const limit = Math.min(candidates.length, MOST_LOOKS - this.#looks);
    for (let index = 0; index < limit; index++) {
      this.#looks++;
      const one = candidates[index];
      if (one !== undefined && truthIn(one.formula, (term) => valueIn(world, term)) === true) return one;
    }
    return null;
  }
}

/** Values of which a term must have one for the formula to be met. */
interface Demand {
  readonly term: Term;
  readonly values: readonly Value[];
}

function demandsOf(formula: Formula): readonly Demand[] {
  if (formula.kind === 'and') return formula.parts.flatMap(demandsOf);
  if (formula.kind !== 'atom' || formula.test(undefined) === true) return [];
  const { test, term } = formula;
  const { values = [], ...others } = formula.telling;
  if (term.domain.type === 'truth') return [{ term, values: [true, false].filter((value) => test(value) === true) }];
  if (term.domain.type === 'number' || Object.keys(others).length > 0) return [];
  return test(OTHER_TEXT) === true ? [] : [{ term, values: values.filter((value) => test(value) === true) }];
}

function keyOf(term: string, value: Value): string {
  return JSON.stringify([term, value]);
}
