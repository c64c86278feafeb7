/** The value-giving parts of a condition as typed closures: facts, literals, attributes, lookups, sizes. */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { Facts } from '../facts.ts';
import { type CelEnvironment, isInTable, lookUp } from './cel-environment.ts';
import type { Truth } from './condition.ts';
import { FACT_FIELDS, type FactName } from './fact-fields.ts';
import { factNameOf, literalOf, type Scalar } from './read-ast.ts';
import { sharedText, sharedTruth } from './shared-read.ts';

type TextOf = (facts: Facts) => string | undefined;
type NumberOf = (facts: Facts) => number | undefined;
type ListOf = (facts: Facts) => readonly string[] | undefined;
type TruthRead = (facts: Facts) => Truth;

/** A value-giving subtree, by type; undefined as a result is unknown. Operands of one environment with the same key read the same. */
export type Operand = { readonly key: string } & (
  | { readonly type: 'string'; readonly read: TextOf; readonly literal: string | null }
  | { readonly type: 'number'; readonly read: NumberOf; readonly literal: number | null }
  | { readonly type: 'bool'; readonly read: TruthRead; readonly literal: boolean | null }
  | { readonly type: 'list'; readonly read: ListOf; readonly literal: null }
);

/** null for what only cel-js can read. */
export function compileOperand(node: ASTNode, environment: CelEnvironment): Operand | null {
  const literal = literalOf(node);
  if (literal !== null) return literalOperand(literal);
  const name = factNameOf(node);
  if (name !== null) return factOperand(name);
  const attribute = attributeNameOf(node);
  if (attribute !== null) {
    return {
      key: `attributes.${attribute}`,
      type: 'string',
      literal: null,
      read: (facts) => (Object.hasOwn(facts.attributes, attribute) ? facts.attributes[attribute] : undefined),
    };
  }
  if (node.op === 'call') {
    const [called, args] = node.args;
    if (called === 'lookup') return lookupOperand(args, environment);
    if (called === 'inTable') return inTableOperand(args, environment);
    if (called === 'has') return hasOperand(args[0]);
  }
  const sized = sizedNode(node);
  const list = sized === null ? null : compileOperand(sized, environment);
  if (list?.type === 'list') return { key: `size(${list.key})`, type: 'number', literal: null, read: (facts) => list.read(facts)?.length };
  return null;
}

function literalOperand(literal: Scalar): Operand {
  const key = JSON.stringify(literal);
  if (typeof literal === 'string') return { key, type: 'string', literal, read: () => literal };
  if (typeof literal === 'number') return { key, type: 'number', literal, read: () => literal };
  return { key, type: 'bool', literal, read: () => literal };
}

function factOperand(name: FactName): Operand | null {
  const field = FACT_FIELDS[name];
  const { read } = field;
  switch (field.type) {
    case 'string':
      return { key: name, type: 'string', literal: null, read: (facts) => asType(read(facts), isText) };
    case 'double':
      return { key: name, type: 'number', literal: null, read: (facts) => asType(read(facts), isNumber) };
    case 'bool':
      return { key: name, type: 'bool', literal: null, read: (facts) => asType(read(facts), isBoolean) };
    case 'list<string>':
      return { key: name, type: 'list', literal: null, read: (facts) => asType(read(facts), isTextList) };
    case 'map<string, string>':
      return null;
  }
}

function lookupOperand(args: readonly ASTNode[], environment: CelEnvironment): Operand | null {
  const [table, key, column] = args;
  if (table === undefined || key === undefined || column === undefined) return null;
  const tableName = literalOf(table);
  const columnName = literalOf(column);
  const keyOperand = compileOperand(key, environment);
  if (typeof tableName !== 'string' || typeof columnName !== 'string' || !isKey(keyOperand)) return null;
  const name = `lookup(${[JSON.stringify(tableName), keyOperand.key, JSON.stringify(columnName)].join(', ')})`;
  const read: TextOf = (facts) => {
    const value = keyOperand.read(facts);
    return value === undefined ? undefined : lookUp(environment.tables, { table: tableName, key: value, column: columnName });
  };
  return { key: name, type: 'string', literal: null, read: sharedText(environment, name, read) };
}

function inTableOperand(args: readonly ASTNode[], environment: CelEnvironment): Operand | null {
  const [table, key] = args;
  if (table === undefined || key === undefined) return null;
  const tableName = literalOf(table);
  const keyOperand = compileOperand(key, environment);
  if (typeof tableName !== 'string' || !isKey(keyOperand)) return null;
  const name = `inTable(${JSON.stringify(tableName)}, ${keyOperand.key})`;
  const read: TruthRead = (facts) => {
    const value = keyOperand.read(facts);
    return value === undefined ? undefined : isInTable(environment.tables, tableName, value);
  };
  return { key: name, type: 'bool', literal: null, read: sharedTruth(environment, name, read) };
}

/** Numbers are keys of ranges. */
function isKey(operand: Operand | null): operand is Operand & { readonly type: 'string' | 'number' } {
  return operand?.type === 'string' || operand?.type === 'number';
}

function hasOperand(asked: ASTNode | undefined): Operand | null {
  if (asked === undefined) return null;
  const fact = factNameOf(asked);
  if (fact !== null) {
    const { read } = FACT_FIELDS[fact];
    return { key: `has(${fact})`, type: 'bool', literal: null, read: (facts) => read(facts) !== null };
  }
  const attribute = attributeNameOf(asked);
  if (attribute === null) return null;
  return { key: `has(attributes.${attribute})`, type: 'bool', literal: null, read: (facts) => Object.hasOwn(facts.attributes, attribute) };
}

/** `lead.attributes.name` or `lead.attributes["name"]`. */
export function attributeNameOf(node: ASTNode): string | null {
  if (node.op !== '.' && node.op !== '[]') return null;
  const [object, member] = node.args;
  if (factNameOf(object) !== 'attributes') return null;
  const name = typeof member === 'string' ? member : literalOf(member);
  return typeof name === 'string' ? name : null;
}

function sizedNode(node: ASTNode): ASTNode | null {
  if (node.op === 'call' && node.args[0] === 'size') return node.args[1][0] ?? null;
  if (node.op === 'rcall' && node.args[0] === 'size') return node.args[1];
  return null;
}

function asType<T>(value: unknown, isType: (value: unknown) => value is T): T | undefined {
  return isType(value) ? value : undefined;
}

export function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}
