/** Recognises the simple shapes in a CEL syntax tree: facts, literals, chains of one operator; and walks any tree. */
import type { ASTNode } from '@marcbachmann/cel-js';
import { type FactName, isFactName } from './fact-fields.ts';

/** The parts of a chain of the same operator, left to right. */
export function flatten(node: ASTNode, op: '&&' | '||'): readonly ASTNode[] {
  if (node.op !== op) return [node];
  return node.args.flatMap((part) => flatten(part, op));
}

/** The fact that `lead.name` or `lead["name"]` reads; null for anything else. */
export function factNameOf(node: ASTNode): FactName | null {
  if (node.op !== '.' && node.op !== '[]') return null;
  const [object, member] = node.args;
  if (object.op !== 'id' || object.args !== 'lead') return null;
  const name = typeof member === 'string' ? member : literalOf(member);
  return typeof name === 'string' && isFactName(name) ? name : null;
}

export type Scalar = string | number | boolean;

/** A literal's value; numbers only as far as a double holds them exactly. */
export function literalOf(node: ASTNode): Scalar | null {
  if (node.op === '-_') {
    const value = literalOf(node.args);
    return typeof value === 'number' ? -value : null;
  }
  if (node.op !== 'value') return null;
  const value = node.args;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

/** The children of a node, whatever its operator. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'list':
      return node.args;
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    case '?:':
      return node.args;
    case '[]':
    case '[?]':
    case '&&':
    case '||':
    case '==':
    case '!=':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return node.args;
  }
}
