/**
 * Turns the common part of CEL into closures over facts, about twenty times as fast as interpreting the tree. What it does not know it
 * leaves to cel-js, subtree by subtree; both give the same truth, which a property test holds them to.
 */
import { type ASTNode, serialize } from '@marcbachmann/cel-js';
import type { Facts } from '../facts.ts';
import type { CelEnvironment } from './cel-environment.ts';
import { COMPARISONS, type ComparisonOperator, compareFactWithLiteral } from './compare-fact.ts';
import { compileOperand, isText, type Operand } from './compile-operand.ts';
import type { Truth } from './condition.ts';
import { factNameOf, flatten, literalOf, type Scalar } from './read-ast.ts';

export type TruthOf = (facts: Facts) => Truth;

export function compileTruth(node: ASTNode, environment: CelEnvironment): TruthOf {
  switch (node.op) {
    case '&&':
      return allOf(flatten(node, '&&').map((part) => compileTruth(part, environment)));
    case '||':
      return anyOf(flatten(node, '||').map((part) => compileTruth(part, environment)));
    case '!_': {
      const inner = compileTruth(node.args, environment);
      return (facts) => {
        const truth = inner(facts);
        return truth === undefined ? undefined : !truth;
      };
    }
    case '?:': {
      const [ask, yes, no] = node.args.map((part) => compileTruth(part, environment));
      if (ask === undefined || yes === undefined || no === undefined) break;
      return (facts) => {
        const truth = ask(facts);
        return truth === undefined ? undefined : truth ? yes(facts) : no(facts);
      };
    }
    default: {
      const test = compileTest(node, environment);
      if (test !== null) return test;
    }
  }
  return interpreted(node, environment);
}

function interpreted(node: ASTNode, environment: CelEnvironment): TruthOf {
  const parsed = environment.parse(serialize(node));
  return (facts) => {
    const value = environment.evaluate(parsed, facts);
    return typeof value === 'boolean' ? value : undefined;
  };
}

function allOf(parts: readonly TruthOf[]): TruthOf {
  return (facts) => {
    let truth: Truth = true;
    for (const part of parts) {
      const one = part(facts);
      if (one === false) return false;
      if (one === undefined) truth = undefined;
    }
    return truth;
  };
}

function anyOf(parts: readonly TruthOf[]): TruthOf {
  return (facts) => {
    let truth: Truth = false;
    for (const part of parts) {
      const one = part(facts);
      if (one === true) return true;
      if (one === undefined) truth = undefined;
    }
    return truth;
  };
}

function compileTest(node: ASTNode, environment: CelEnvironment): TruthOf | null {
  switch (node.op) {
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const quick = compareFactWithLiteral(node.op, node.args[0], node.args[1]);
      if (quick !== null) return quick;
      const left = compileOperand(node.args[0], environment);
      const right = compileOperand(node.args[1], environment);
      return left === null || right === null ? null : compareOperands(node.op, left, right);
    }
    case 'in':
      return compileMembership(node.args[0], node.args[1], environment);
    case 'rcall':
      return compileTextTest(node, environment);
    default: {
      const operand = compileOperand(node, environment);
      return operand?.type === 'bool' ? operand.read : null;
    }
  }
}

function compareOperands(op: ComparisonOperator, left: Operand, right: Operand): TruthOf | null {
  if (left.type === 'list' || right.type === 'list' || left.type !== right.type) return null;
  const readLeft: (facts: Facts) => Scalar | undefined = left.read;
  if ((op === '==' || op === '!=') && right.literal !== null) return equalsLiteral(readLeft, right.literal, op === '==');
  const readRight: (facts: Facts) => Scalar | undefined = right.read;
  const compare = COMPARISONS[op];
  return (facts) => {
    const a = readLeft(facts);
    const b = readRight(facts);
    return a === undefined || b === undefined ? undefined : compare(a, b);
  };
}

function equalsLiteral(read: (facts: Facts) => Scalar | undefined, literal: Scalar, expected: boolean): TruthOf {
  return (facts) => {
    const value = read(facts);
    return value === undefined ? undefined : (value === literal) === expected;
  };
}

function compileMembership(element: ASTNode, list: ASTNode, environment: CelEnvironment): TruthOf | null {
  const wanted = compileOperand(element, environment);
  if (wanted?.type !== 'string') return null;
  const { read } = wanted;
  if (factNameOf(list) === 'attributes') {
    return (facts) => {
      const name = read(facts);
      return name === undefined ? undefined : Object.hasOwn(facts.attributes, name);
    };
  }
  if (list.op === 'list') {
    const values = list.args.map(literalOf).filter(isText);
    if (values.length !== list.args.length) return null;
    const members = new Set(values);
    return (facts) => {
      const value = read(facts);
      return value === undefined ? undefined : members.has(value);
    };
  }
  const inside = compileOperand(list, environment);
  if (inside?.type !== 'list') return null;
  return (facts) => {
    const value = read(facts);
    const values = inside.read(facts);
    return value === undefined || values === undefined ? undefined : values.includes(value);
  };
}

function compileTextTest(node: ASTNode, environment: CelEnvironment): TruthOf | null {
  if (node.op !== 'rcall') return null;
  const [name, receiver, args] = node.args;
  const [only] = args;
  if (only === undefined || args.length !== 1) return null;
  const text = compileOperand(receiver, environment);
  const pattern = literalOf(only);
  if (name === 'matches' && text?.type === 'string' && typeof pattern === 'string') return matchesPattern(text.read, pattern);
  const test = TEXT_TESTS.get(name);
  if (test === undefined) return null;
  const part = compileOperand(only, environment);
  if (text?.type !== 'string' || part?.type !== 'string') return null;
  return (facts) => {
    const whole = text.read(facts);
    const piece = part.read(facts);
    return whole === undefined || piece === undefined ? undefined : test(whole, piece);
  };
}

function matchesPattern(read: (facts: Facts) => string | undefined, pattern: string): TruthOf {
  const expression = new RegExp(pattern);
  return (facts) => {
    const text = read(facts);
    return text === undefined ? undefined : expression.test(text);
  };
}

const TEXT_TESTS: ReadonlyMap<string, (text: string, part: string) => boolean> = new Map([
  ['startsWith', (text: string, part: string) => text.startsWith(part)],
  ['endsWith', (text: string, part: string) => text.endsWith(part)],
  ['contains', (text: string, part: string) => text.includes(part)],
]);
