/**
 * What an index can decide of a condition: that a value which the facts give is one of some, that it begins or ends with one of
 * some, or that it lies in one of some ranges.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Facts } from '../facts.ts';
import type { CelEnvironment } from './cel-environment.ts';
import { compileOperand, isText, type Operand } from './compile-operand.ts';
import { literalOf, type Scalar } from './read-ast.ts';

export type IndexValue = Scalar | readonly string[] | undefined;

export interface IndexSource {
  /** Sources of one environment with the same key read the same. */
  readonly key: string;
  readonly read: (facts: Facts) => IndexValue;
}

/** Ends are texts or numbers, as the source's values are; null is without end. Texts are in the order of their UTF-16 code units. */
export interface IndexRange {
  readonly from: string | number | null;
  readonly to: string | number | null;
  readonly hasFrom: boolean;
  readonly hasTo: boolean;
}

/**
 * Exactly met when the value is one of these (a list: holds one of them), begins or ends with one of these, or lies in one of the ranges.
 * An unknown value never meets it.
 */
export type IndexTest =
  | { readonly kind: 'values'; readonly source: IndexSource; readonly values: readonly Scalar[] }
  | { readonly kind: 'prefixes' | 'suffixes'; readonly source: IndexSource; readonly values: readonly string[] }
  | { readonly kind: 'ranges'; readonly source: IndexSource; readonly ranges: readonly IndexRange[] };

/** The test that is met exactly when the node is true, or where `isTrue` is false when it is known to be false. null: there is none. */
export function indexTestOf(node: ASTNode, isTrue: boolean, environment: CelEnvironment): IndexTest | null {
  switch (node.op) {
    case '==':
      return isTrue ? equalsTest(node.args, environment) : null;
    case '!=':
      return isTrue ? null : equalsTest(node.args, environment);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return isTrue ? rangeTest(node.op, node.args, environment) : null;
    case 'in':
      return isTrue ? membershipTest(node.args, environment) : null;
    case 'rcall':
      return isTrue ? affixTest(node.args, environment) : null;
    default: {
      const operand = compileOperand(node, environment);
      return operand?.type === 'bool' && operand.literal === null ? valuesTest(operand, [isTrue]) : null;
    }
  }
}

type Pair = readonly [ASTNode, ASTNode];

function equalsTest([left, right]: Pair, environment: CelEnvironment): IndexTest | null {
  const [fact, literal] = literalOf(right) === null ? [right, literalOf(left)] : [left, literalOf(right)];
  if (literal === null) return null;
  const operand = compileOperand(fact, environment);
  if (operand === null || operand.literal !== null || operand.type !== TYPE_NAMES[typeof literal]) return null;
  return valuesTest(operand, [literal]);
}

const TYPE_NAMES: Readonly<Record<string, Operand['type']>> = { string: 'string', number: 'number', boolean: 'bool' };

function membershipTest([element, list]: Pair, environment: CelEnvironment): IndexTest | null {
  const literal = literalOf(element);
  if (typeof literal === 'string') {
    const inside = compileOperand(list, environment);
    return inside?.type === 'list' ? valuesTest(inside, [literal]) : null;
  }
  if (list.op !== 'list') return null;
  const values = list.args.map(literalOf).filter(isText);
  const operand = compileOperand(element, environment);
  return operand?.type === 'string' && values.length === list.args.length ? valuesTest(operand, [...new Set(values)]) : null;
}

const MIRRORED = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

function rangeTest(op: keyof typeof MIRRORED, [left, right]: Pair, environment: CelEnvironment): IndexTest | null {
  const bound = literalOf(right);
  if (bound === null) return literalOf(left) === null ? null : rangeTest(MIRRORED[op], [right, left], environment);
  const operand = compileOperand(left, environment);
  if (operand === null || operand.literal !== null || typeof bound === 'boolean' || operand.type !== TYPE_NAMES[typeof bound]) return null;
  const isInside = op === '<=' || op === '>=';
  const range: IndexRange =
    op === '<' || op === '<='
      ? { from: null, to: bound, hasFrom: false, hasTo: isInside }
      : { from: bound, to: null, hasFrom: isInside, hasTo: false };
  return { kind: 'ranges', source: operand, ranges: [range] };
}

/** `text.startsWith("x")`, `text.endsWith("x")`. */
function affixTest(
  [name, receiver, [only, ...more]]: readonly [string, ASTNode, readonly ASTNode[]],
  environment: CelEnvironment,
): IndexTest | null {
  const affix = only === undefined || more.length > 0 ? null : literalOf(only);
  if (typeof affix !== 'string' || (name !== 'startsWith' && name !== 'endsWith')) return null;
  const operand = compileOperand(receiver, environment);
  if (operand?.type !== 'string' || operand.literal !== null) return null;
  return { kind: name === 'startsWith' ? 'prefixes' : 'suffixes', source: operand, values: [affix] };
}

function valuesTest(source: IndexSource, values: readonly Scalar[]): IndexTest {
  return { kind: 'values', source, values };
}
