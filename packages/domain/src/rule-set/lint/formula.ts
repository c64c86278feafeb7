/**
 * What the prover of `rules check` sees of a condition: three-valued truths over terms, each term a value of the lead that is looked at by
 * itself. Terms are taken to be independent of each other, so more leads are thought possible than there are, never fewer.
 */
import type { Truth } from '../../cel/condition.ts';

export type Value = string | number | boolean;

export type Domain =
  | { readonly type: 'truth' }
  /** `words`: all that it can be; null for any text. */
  | { readonly type: 'text'; readonly words: readonly string[] | null }
  | { readonly type: 'number'; readonly isWhole: boolean; readonly min: number; readonly max: number };

export interface Term {
  /** Two terms with one key are the same value of the lead. */
  readonly key: string;
  readonly domain: Domain;
  readonly canBeUnknown: boolean;
}

/** Which values have to be tried so that the test gives all it can give. */
export interface Telling {
  readonly values?: readonly Value[];
  readonly prefix?: string;
  readonly suffix?: string;
  /** A text that stands before or behind it in the order of texts. */
  readonly bound?: string;
  /** The value is the key of the first look-up, what that finds the key of the next; the test hangs on what the last one finds. */
  readonly lookUps?: LookUps;
}

export type LookUps = readonly [LookUp, ...LookUp[]];

/** `column` null: only whether the key is there. */
export interface LookUp {
  readonly table: string;
  readonly column: string | null;
}

export interface Atom {
  readonly kind: 'atom';
  readonly term: Term;
  /** undefined in: not known; undefined out: unknown. */
  readonly test: (value: Value | undefined) => Truth;
  readonly telling: Telling;
}

export type Formula =
  | Atom
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Formula[] }
  | { readonly kind: 'not'; readonly part: Formula }
  | { readonly kind: 'if'; readonly ask: Formula; readonly yes: Formula; readonly no: Formula };

export function atomsOf(formula: Formula): readonly Atom[] {
  switch (formula.kind) {
    case 'atom':
      return [formula];
    case 'not':
      return atomsOf(formula.part);
    case 'if':
      return [formula.ask, formula.yes, formula.no].flatMap(atomsOf);
    case 'and':
    case 'or':
      return formula.parts.flatMap(atomsOf);
  }
}

/** Truth when each term has the value that `read` gives it. */
export function truthIn(formula: Formula, read: (term: Term) => Value | undefined): Truth {
  switch (formula.kind) {
    case 'atom':
      return formula.test(read(formula.term));
    case 'not': {
      const truth = truthIn(formula.part, read);
      return truth === undefined ? undefined : !truth;
    }
    case 'if': {
      const truth = truthIn(formula.ask, read);
      return truth === undefined ? undefined : truthIn(truth ? formula.yes : formula.no, read);
    }
    case 'and':
    case 'or': {
      const settles = formula.kind === 'or';
      let truth: Truth = !settles;
      for (const part of formula.parts) {
        const one = truthIn(part, read);
        if (one === settles) return settles;
        if (one === undefined) truth = undefined;
      }
      return truth;
    }
  }
}
