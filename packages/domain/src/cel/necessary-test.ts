/** Finds in a condition what a fact must be for it to be met, so that rules can be found through an index. */
import type { ASTNode } from '@marcbachmann/cel-js';
import type { NecessaryTest } from './condition.ts';
import { FACT_FIELDS } from './fact-fields.ts';
import { factNameOf, flatten, literalOf } from './read-ast.ts';

/** Of the conjuncts that demand certain values of a fact, the one that allows the fewest. */
export function necessaryTestOf(ast: ASTNode): NecessaryTest | null {
  let best: NecessaryTest | null = null;
  for (const part of flatten(ast, '&&')) {
    const test = valueTestOf(part);
    if (test !== null && (best === null || test.values.length < best.values.length)) best = test;
  }
  return best;
}

function valueTestOf(node: ASTNode): NecessaryTest | null {
  if (node.op === '==') {
    const [left, right] = node.args;
    return equalsTest(left, right) ?? equalsTest(right, left);
  }
  if (node.op !== 'in') return null;
  const [element, list] = node.args;
  const listName = factNameOf(list);
  const literal = literalOf(element);
  if (listName !== null && FACT_FIELDS[listName].type === 'list<string>' && typeof literal === 'string') {
    return { field: listName, kind: 'contains', values: [literal] };
  }
  const name = factNameOf(element);
  if (list.op !== 'list' || name === null || FACT_FIELDS[name].type !== 'string') return null;
  const values = list.args.map(literalOf).filter((value) => typeof value === 'string');
  return values.length === list.args.length ? { field: name, kind: 'equals', values: [...new Set(values)] } : null;
}

function equalsTest(fact: ASTNode, other: ASTNode): NecessaryTest | null {
  const name = factNameOf(fact);
  const literal = literalOf(other);
  if (name === null || typeof literal !== 'string') return null;
  return { field: name, kind: 'equals', values: [literal] };
}
