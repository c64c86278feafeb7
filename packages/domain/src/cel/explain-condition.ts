/** Says in plain words why a condition is or is not met, with the values that were there. Made for people, not for speed. */
import { serialize, type ASTNode } from '@marcbachmann/cel-js';
import type { Facts } from '../facts.ts';
import type { Condition, Truth } from './condition.ts';
import { FACT_FIELDS, type FactName, type FactValue } from './fact-fields.ts';
import { childrenOf, factNameOf, flatten, literalOf } from './read-ast.ts';

type TruthOfPart = (part: ASTNode) => Truth;

export function explainCondition(condition: Condition, facts: Facts): string {
  return explain(condition.ast, facts, (part) => condition.truthOf(part, facts));
}

function explain(node: ASTNode, facts: Facts, truthOf: TruthOfPart): string {
  const truth = truthOf(node);
  if (node.op === '&&') {
    const parts = flatten(node, '&&');
    const told = truth === true ? parts : [parts.find((part) => truthOf(part) === false) ?? parts.find((part) => truthOf(part) === undefined) ?? node];
    return told.map((part) => (part === node ? tell(part, facts, truth) : explain(part, facts, truthOf))).join(', and ');
  }
  if (node.op === '||') {
    const parts = flatten(node, '||');
    const met = parts.find((part) => truthOf(part) === true);
    if (met !== undefined) return explain(met, facts, truthOf);
    return `none of: ${parts.map((part) => explain(part, facts, truthOf)).join('; ')}`;
  }
  return tell(node, facts, truth);
}

function tell(node: ASTNode, facts: Facts, truth: Truth): string {
  return tellComparison(node, facts, truth) ?? tellMembership(node, facts, truth) ?? tellAnything(node, facts, truth);
}

const OPPOSITES: Readonly<Record<string, string>> = {
  '==': 'not',
  '!=': 'which is excluded:',
  '<': 'not below',
  '<=': 'not at most',
  '>': 'not above',
  '>=': 'not at least',
};

function tellComparison(node: ASTNode, facts: Facts, truth: Truth): string | null {
  const opposite = OPPOSITES[node.op];
  if (opposite === undefined || (node.op !== '==' && node.op !== '!=' && node.op !== '<' && node.op !== '<=' && node.op !== '>' && node.op !== '>=')) return null;
  const [left, right] = node.args;
  const name = factNameOf(left);
  const expected = literalOf(right);
  if (name === null || expected === null) return null;
  const value = FACT_FIELDS[name].read(facts);
  if (value === null) return `${labelOf(name)} is not known`;
  if (truth !== true) return `${labelOf(name)} is ${show(value)}, ${opposite} ${show(expected)}`;
  return node.op === '==' ? `${labelOf(name)} is ${show(value)}` : `${labelOf(name)} is ${show(value)} (${node.op} ${show(expected)})`;
}

function tellMembership(node: ASTNode, facts: Facts, truth: Truth): string | null {
  if (node.op !== 'in') return null;
  const [element, list] = node.args;
  const wanted = literalOf(element);
  const listName = factNameOf(list);
  if (listName !== null && wanted !== null) {
    const value = FACT_FIELDS[listName].read(facts);
    return truth === true ? `${labelOf(listName)} have ${show(wanted)}` : `${labelOf(listName)} are ${show(value)}, without ${show(wanted)}`;
  }
  const name = factNameOf(element);
  if (name === null || list.op !== 'list') return null;
  const value = FACT_FIELDS[name].read(facts);
  if (value === null) return `${labelOf(name)} is not known`;
  if (truth === true) return `${labelOf(name)} is ${show(value)}`;
  return `${labelOf(name)} is ${show(value)}, none of ${list.args.map((item) => show(literalOf(item))).join(', ')}`;
}

function tellAnything(node: ASTNode, facts: Facts, truth: Truth): string {
  const names = [...new Set(factNamesIn(node))];
  const unknown = names.filter((name) => FACT_FIELDS[name].read(facts) === null);
  const text = serialize(node);
  if (truth === undefined && unknown.length > 0) return `${unknown.map(labelOf).join(' and ')} ${unknown.length === 1 ? 'is' : 'are'} not known, needed for ${text}`;
  const values = names.map((name) => `${labelOf(name)} is ${show(FACT_FIELDS[name].read(facts))}`).join(', ');
  const verdict = truth === true ? 'is true' : truth === false ? 'is not true' : 'cannot be known';
  return values === '' ? `${text} ${verdict}` : `${text} ${verdict}: ${values}`;
}

function factNamesIn(node: ASTNode): readonly FactName[] {
  const name = factNameOf(node);
  return name !== null ? [name] : childrenOf(node).flatMap(factNamesIn);
}

/** `employeeCount` is "employee count". */
function labelOf(name: FactName): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function show(value: FactValue): string {
  if (value === null) return 'not known';
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((item) => `"${item}"`).join(', ');
  return JSON.stringify(value);
}
