/**
 * Searches for values of the terms under which conditions have the truths that are asked for: a small decision procedure. Conjunctions
 * narrow the values of each term, disjunctions are tried one by one, all within a limit of steps.
 */
import type { Truth } from '../../cel/condition.ts';
import type { ReferenceTables } from '../reference-table.ts';
import { type Atom, atomsOf, type Formula, type Term, type Value } from './formula.ts';
import { type TriedValues, usualValue, valuesToTry } from './term-values.ts';

/** Truths that are asked for, as bits. */
type Wanted = number;
const TRUE = 1;
const FALSE = 2;
const UNKNOWN = 4;
const NOT_MET = FALSE | UNKNOWN;
const NOT_FALSE = TRUE | UNKNOWN;

export interface Question {
  readonly met: readonly Formula[];
  readonly notMet?: readonly Formula[];
}

/** Values of the terms that matter, the others are as usual. */
export type World = ReadonlyMap<string, Value | undefined>;

/** `UNDECIDED`: the limit was reached; it has to count as possible. */
export type Search = World | 'IMPOSSIBLE' | 'UNDECIDED';

const MOST_STEPS = 20_000;

interface Goal {
  readonly formula: Formula;
  readonly wanted: Wanted;
}

/** Goals of which all those of one way have to be reached. */
type Choice = readonly (readonly Goal[])[];

interface Asked {
  readonly goals: readonly Goal[];
  readonly choices: readonly Choice[];
}

type Values = ReadonlyMap<string, readonly (Value | undefined)[]>;

interface Searching {
  readonly tried: ReadonlyMap<string, TriedValues>;
  steps: number;
}

/** 'IMPOSSIBLE' is proved; a world may still be one that no lead is in. */
export function findWorld({ met, notMet = [] }: Question, tables: ReferenceTables): Search {
  const tried = triedValues([...met, ...notMet].flatMap(atomsOf), tables);
  const goals = [
    ...met.map((formula): Goal => ({ formula, wanted: TRUE })),
    ...notMet.map((formula): Goal => ({ formula, wanted: NOT_MET })),
  ];
  const searching: Searching = { tried, steps: 0 };
  const all: Values = new Map([...tried].map(([key, { values: each }]) => [key, each]));
  const values = search({ goals, choices: [] }, all, searching);
  if (values === null) return searching.steps > MOST_STEPS ? 'UNDECIDED' : 'IMPOSSIBLE';
  return new Map([...values].map(([key, [first]]) => [key, first]));
}

export function isImpossible(question: Question, tables: ReferenceTables): boolean {
  return findWorld(question, tables) === 'IMPOSSIBLE';
}

export function valueIn(world: World, term: Term): Value | undefined {
  return world.has(term.key) ? world.get(term.key) : usualValue(term);
}

function triedValues(atoms: readonly Atom[], tables: ReferenceTables): ReadonlyMap<string, TriedValues> {
  const byTerm = new Map<string, { readonly term: Term; readonly atoms: Atom[] }>();
  for (const atom of atoms) {
    const known = byTerm.get(atom.term.key);
    if (known === undefined) byTerm.set(atom.term.key, { term: atom.term, atoms: [atom] });
    else known.atoms.push(atom);
  }
  return new Map([...byTerm].map(([key, { term, atoms: own }]) => [key, valuesToTry(term, own, tables)]));
}

/** Values that pass every goal and one way of each choice; null when there are none, or when the limit is reached. */
function search({ goals, choices }: Asked, values: Values, searching: Searching): Values | null {
  const narrowed = new Map(values);
  const left = [...choices];
  const open = [...goals];
  for (let goal = open.pop(); goal !== undefined; goal = open.pop()) {
    searching.steps++;
    if (searching.steps > MOST_STEPS) return null;
    const { formula } = goal;
    if (formula.kind === 'atom') {
      if (!narrow(narrowed, { atom: formula, wanted: goal.wanted }, searching)) return null;
      continue;
    }
    const ways = waysTo(goal);
    const [only] = ways;
    if (ways.length === 1 && only !== undefined) open.push(...only);
    else left.push(ways);
  }
  const choice = narrowest(left, narrowed, searching);
  if (choice === null) return narrowed;
  const rest = left.filter((_ways, index) => index !== choice.index);
  for (const way of choice.ways) {
    const found = search({ goals: way, choices: rest }, narrowed, searching);
    if (found !== null || searching.steps > MOST_STEPS) return found;
  }
  return null;
}

/** The choice with the fewest ways that are left, so that what is settled is not tried again and again; null when there is no choice. */
function narrowest(
  choices: readonly Choice[],
  values: Values,
  searching: Searching,
): { readonly ways: Choice; readonly index: number } | null {
  let best: { readonly ways: Choice; readonly index: number } | null = null;
  for (const [index, all] of choices.entries()) {
    const ways = all.filter((goals) => goals.every((goal) => mayPass(goal, values, searching)));
    if (best === null || ways.length < best.ways.length) best = { ways, index };
    if (ways.length <= 1) break;
  }
  return best;
}

function mayPass({ formula, wanted }: Goal, values: Values, searching: Searching): boolean {
  searching.steps++;
  if (formula.kind !== 'atom' || !isHeeded(formula, searching)) return true;
  return (values.get(formula.term.key) ?? []).some((value) => isWanted(formula.test(value), wanted));
}

function narrow(
  values: Map<string, readonly (Value | undefined)[]>,
  { atom, wanted }: { readonly atom: Atom; readonly wanted: Wanted },
  searching: Searching,
): boolean {
  if (!isHeeded(atom, searching)) return true;
  const passing = (values.get(atom.term.key) ?? []).filter((value) => isWanted(atom.test(value), wanted));
  values.set(atom.term.key, passing);
  return passing.length > 0;
}

function isHeeded(atom: Atom, { tried }: Searching): boolean {
  return tried.get(atom.term.key)?.heeds(atom.telling) === true;
}

function isWanted(truth: Truth, wanted: Wanted): boolean {
  return (wanted & (truth === undefined ? UNKNOWN : truth ? TRUE : FALSE)) !== 0;
}

/** The goals that make the goal, in each of the ways there are. Only the four sets of truths that arise are asked for. */
function waysTo({ formula, wanted }: Goal): Choice {
  switch (formula.kind) {
    case 'atom':
      return [[{ formula, wanted }]];
    case 'not':
      return [[{ formula: formula.part, wanted: (wanted & UNKNOWN) | (wanted & TRUE ? FALSE : 0) | (wanted & FALSE ? TRUE : 0) }]];
    case 'and':
    case 'or': {
      const goals = formula.parts.map((part): Goal => ({ formula: part, wanted }));
      const needsAll = (formula.kind === 'and') === ((wanted & TRUE) !== 0);
      return needsAll ? [goals] : goals.map((goal) => [goal]);
    }
    case 'if': {
      const { ask, yes, no } = formula;
      const decided = [
        [
          { formula: ask, wanted: TRUE },
          { formula: yes, wanted },
        ],
        [
          { formula: ask, wanted: FALSE },
          { formula: no, wanted },
        ],
      ];
      const undecided = [
        { formula: ask, wanted: NOT_MET },
        { formula: ask, wanted: NOT_FALSE },
      ];
      return (wanted & UNKNOWN) === 0 ? decided : [...decided, undecided];
    }
  }
}
