/** The commonest test of all, a fact against a literal, as one closure without layers: half of all terms in real rules are this. */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Facts } from '../facts.ts';
import type { Truth } from './condition.ts';
import { FACT_FIELDS, type FactValue } from './fact-fields.ts';
import { factNameOf, literalOf, type Scalar } from './read-ast.ts';

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** Of two values of one type. */
export const COMPARISONS: Readonly<Record<ComparisonOperator, (a: Scalar, b: Scalar) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

type Read = (facts: Facts) => FactValue;

/** null when it is not a fact on the left and a text or number on the right. */
export function compareFactWithLiteral(op: ComparisonOperator, left: ASTNode, right: ASTNode): ((facts: Facts) => Truth) | null {
  const name = factNameOf(left);
  const literal = literalOf(right);
  if (name === null || literal === null) return null;
  const { read, type } = FACT_FIELDS[name];
  if (type === 'double' && typeof literal === 'number') return compareNumber(op, read, literal);
  if (type === 'string' && typeof literal === 'string') return compareText(op, read, literal);
  return null;
}

function compareText(op: ComparisonOperator, read: Read, literal: string): ((facts: Facts) => Truth) | null {
  if (op === '==') {
    return (facts) => {
      const value = read(facts);
      return value === null ? undefined : value === literal;
    };
  }
  if (op !== '!=') return null;
  return (facts) => {
    const value = read(facts);
    return value === null ? undefined : value !== literal;
  };
}

function compareNumber(op: ComparisonOperator, read: Read, literal: number): (facts: Facts) => Truth {
  switch (op) {
    case '==':
      return (facts) => whenNumber(read(facts), (value) => value === literal);
    case '!=':
      return (facts) => whenNumber(read(facts), (value) => value !== literal);
    case '<':
      return (facts) => {
        const value = read(facts);
        return typeof value === 'number' ? value < literal : undefined;
      };
    case '<=':
      return (facts) => {
        const value = read(facts);
        return typeof value === 'number' ? value <= literal : undefined;
      };
    case '>':
      return (facts) => {
        const value = read(facts);
        return typeof value === 'number' ? value > literal : undefined;
      };
    case '>=':
      return (facts) => {
        const value = read(facts);
        return typeof value === 'number' ? value >= literal : undefined;
      };
  }
}

function whenNumber(value: FactValue, test: (value: number) => boolean): Truth {
  return typeof value === 'number' ? test(value) : undefined;
}
