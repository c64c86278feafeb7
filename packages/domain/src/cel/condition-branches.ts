/**
 * Takes a condition apart for the index: it is met when all terms of one of its branches are. Negations and ternaries are resolved by the
 * three-valued logic of condition.ts, so nothing is lost: branches and condition are met by the same facts.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { CelEnvironment } from './cel-environment.ts';
import { compileMet, compileRefuted, everyMet, type Met } from './compile-met.ts';
import { type IndexRange, type IndexTest, indexTestOf } from './index-test.ts';
import { flatten, literalOf, type Scalar } from './read-ast.ts';

export interface Term {
  /** Met exactly when the term is; null where only asking tells. */
  readonly test: IndexTest | null;
  readonly isMet: Met;
}

/** All of them must be met; none at all is always met. */
export type Branch = readonly Term[];

interface Asked {
  readonly node: ASTNode;
  /** False: the node must be known to be false. */
  readonly isTrue: boolean;
  readonly environment: CelEnvironment;
}

/** A condition of more branches is not worth taking apart further: each is an entry in the index of its own. */
const MOST_BRANCHES = 32;

/** None: never met. */
export function branchesOf(node: ASTNode, environment: CelEnvironment): readonly Branch[] {
  return takeApart({ node, isTrue: true, environment });
}

function takeApart(asked: Asked): readonly Branch[] {
  const { node, isTrue, environment } = asked;
  const part = (inner: ASTNode, isInnerTrue: boolean): readonly Branch[] => takeApart({ node: inner, isTrue: isInnerTrue, environment });
  switch (node.op) {
    case '!_':
      return part(node.args, !isTrue);
    case '&&':
    case '||': {
      const parts = flatten(node, node.op).map((inner) => ({ node: inner, isTrue, environment }));
      return (node.op === '&&') === isTrue ? all(parts) : anyOf(parts.map(takeApart), asked);
    }
    case '?:': {
      const [ask, yes, no] = node.args;
      const whenAsked = all([
        { node: ask, isTrue: true, environment },
        { node: yes, isTrue, environment },
      ]);
      const whenNot = all([
        { node: ask, isTrue: false, environment },
        { node: no, isTrue, environment },
      ]);
      return anyOf([whenAsked, whenNot], asked);
    }
    default: {
      const literal = literalOf(node);
      if (typeof literal === 'boolean') return literal === isTrue ? [[]] : [];
      return asWhole(asked);
    }
  }
}

/** One term, however it is built inside. */
function asWhole({ node, isTrue, environment }: Asked): readonly Branch[] {
  const test = indexTestOf(node, isTrue, environment);
  const make = (): Term => ({ test, isMet: isTrue ? compileMet(node, environment) : compileRefuted(node, environment) });
  return [[test === null ? make() : sharedTerm(environment, test, make)]];
}

const terms = new WeakMap<CelEnvironment, Map<string, Term>>();

/** Rules ask much the same things: a term that tests the same is the same one, so that large rule sets stay small. */
function sharedTerm(environment: CelEnvironment, test: IndexTest, make: () => Term): Term {
  let ofEnvironment = terms.get(environment);
  if (ofEnvironment === undefined) {
    ofEnvironment = new Map();
    terms.set(environment, ofEnvironment);
  }
  const asked =
    test.kind === 'ranges'
      ? test.ranges.map(({ from, to, hasFrom, hasTo }) => [from, to].map(keyOf).concat(`${hasFrom} ${hasTo}`))
      : test.values.map(keyOf);
  const key = `${test.kind} ${test.source.key} ${asked.join()}`;
  const term = ofEnvironment.get(key) ?? make();
  ofEnvironment.set(key, term);
  return term;
}

/** JSON has no numbers beyond the greatest double. */
function keyOf(value: Scalar | null): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

function anyOf(parts: readonly (readonly Branch[])[], asked: Asked): readonly Branch[] {
  const branches = parts.flat();
  const single = joinTests(branches);
  if (single !== null) return single;
  const isWorthIt = branches.length <= MOST_BRANCHES && branches.every((branch) => branch.length === 0 || branch.some(hasTest));
  return isWorthIt || branches.length <= 1 ? branches : asWhole(asked);
}

/** `a == 1 || a == 2` is one test, as `a in [1, 2]` is. */
function joinTests(branches: readonly Branch[]): readonly Branch[] | null {
  const alone = branches.flatMap((branch) => (branch.length === 1 ? branch : []));
  const tests = alone.map((term) => term.test).filter((test) => test !== null);
  const [first] = tests;
  if (first === undefined || tests.length < branches.length || tests.length === 1) return null;
  if (tests.some((test) => test.kind !== first.kind || test.source.key !== first.source.key)) return null;
  const isMet: Met = (facts) => alone.some((term) => term.isMet(facts));
  const test = joined(first, tests);
  return [[{ test, isMet }]];
}

/** Of one kind and source. */
function joined(first: IndexTest, tests: readonly IndexTest[]): IndexTest {
  const { source } = first;
  switch (first.kind) {
    case 'values':
      return { kind: 'values', source, values: [...new Set(tests.flatMap((test) => (test.kind === 'values' ? test.values : [])))] };
    case 'prefixes':
    case 'suffixes':
      return { kind: first.kind, source, values: [...new Set(tests.flatMap((test) => (test.kind === first.kind ? test.values : [])))] };
    case 'ranges':
      return { kind: 'ranges', source, ranges: tests.flatMap((test) => (test.kind === 'ranges' ? test.ranges : [])) };
  }
}

/**
 * A disjunction inside is multiplied out, but not where another term is selective already and one of its branches is not, nor where that
 * makes too many branches: then it stays one term that is asked.
 */
function all(parts: readonly Asked[]): readonly Branch[] {
  const taken = parts.map((asked) => ({ asked, branches: takeApart(asked) }));
  if (taken.some(({ branches }) => branches.length === 0)) return [];
  const isSelective = taken.some(({ branches: [only, ...more] }) => more.length === 0 && only?.some(isSelectiveTerm) === true);
  let branches: readonly Branch[] = [[]];
  for (const { asked, branches: inner } of taken) {
    const isTooMany = branches.length * inner.length > MOST_BRANCHES;
    const isWeak = isSelective && !inner.every((branch) => branch.some(isSelectiveTerm));
    const factors = inner.length > 1 && (isTooMany || isWeak) ? asWhole(asked) : inner;
    branches = branches.flatMap((branch) => factors.map((factor) => [...branch, ...factor]));
  }
  return branches.map(joinRanges);
}

function hasTest(term: Term): boolean {
  return term.test !== null;
}

function isSelectiveTerm({ test }: Term): boolean {
  return test !== null && test.kind !== 'ranges' && typeof test.values[0] !== 'boolean';
}

/** `a >= 1 && a < 5` is one range. */
function joinRanges(branch: Branch): Branch {
  const joinedTerms: Term[] = [];
  for (const term of branch) {
    const range = singleRangeOf(term);
    const place =
      range === null ? -1 : joinedTerms.findIndex((one) => singleRangeOf(one) !== null && sourceKeyOf(one) === sourceKeyOf(term));
    const other = joinedTerms[place];
    const otherRange = other === undefined ? null : singleRangeOf(other);
    if (range === null || other === undefined || otherRange === null || term.test === null) joinedTerms.push(term);
    else {
      const test: IndexTest = { kind: 'ranges', source: term.test.source, ranges: [intersection(otherRange, range)] };
      joinedTerms[place] = { test, isMet: everyMet([other.isMet, term.isMet]) };
    }
  }
  return joinedTerms;
}

function sourceKeyOf({ test }: Term): string | null {
  return test === null ? null : test.source.key;
}

function singleRangeOf({ test }: Term): IndexRange | null {
  return test?.kind === 'ranges' && test.ranges.length === 1 ? (test.ranges[0] ?? null) : null;
}

function intersection(a: IndexRange, b: IndexRange): IndexRange {
  const low = b.from === null || (a.from !== null && (a.from > b.from || (a.from === b.from && !a.hasFrom))) ? a : b;
  const high = b.to === null || (a.to !== null && (a.to < b.to || (a.to === b.to && !a.hasTo))) ? a : b;
  return { from: low.from, hasFrom: low.hasFrom, to: high.to, hasTo: high.hasTo };
}
