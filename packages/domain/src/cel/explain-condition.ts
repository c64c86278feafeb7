/** Says in plain words why a condition is or is not met, with the values that were there. Made for people, not for speed. */
import { type ASTNode, serialize } from '@marcbachmann/cel-js';
import type { Facts } from '../facts.ts';
import { attributeNameOf } from './compile-operand.ts';
import type { Condition, Truth } from './condition.ts';
import { FACT_FIELDS, type FactName, type FactValue } from './fact-fields.ts';
import { childrenOf, factNameOf, flatten, literalOf } from './read-ast.ts';

interface Explained {
  readonly facts: Facts;
  truthOf(part: ASTNode): Truth;
}

/** What a part of a condition reads, in words, with its value. */
interface Subject {
  readonly label: string;
  readonly value: FactValue;
}

export function explainCondition(condition: Condition, facts: Facts): string {
  return explain(condition.ast, { facts, truthOf: (part) => condition.truthOf(part, facts) });
}

/** Of a chain that is met, all parts; of one that is not, the first part that is false, else the first that is unknown. */
function explain(node: ASTNode, about: Explained): string {
  const truth = about.truthOf(node);
  if (node.op === '&&') {
    const parts = flatten(node, '&&');
    if (truth === true) return parts.map((part) => explain(part, about)).join(', and ');
    const culprit = parts.find((part) => about.truthOf(part) === truth);
    if (culprit !== undefined) return explain(culprit, about);
  }
  if (node.op === '||') {
    const parts = flatten(node, '||');
    const met = parts.find((part) => about.truthOf(part) === true);
    if (met !== undefined) return explain(met, about);
    return `none of: ${parts.map((part) => explain(part, about)).join('; ')}`;
  }
  return (
    tellComparison(node, about, truth) ?? tellMembership(node, about, truth) ?? tellFlag(node, about) ?? tellAnything(node, about, truth)
  );
}

interface Comparison {
  readonly met: string;
  readonly unmet: string;
}

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([
  ['<', { met: 'below', unmet: 'not below' }],
  ['<=', { met: 'at most', unmet: 'not at most' }],
  ['>', { met: 'above', unmet: 'not above' }],
  ['>=', { met: 'at least', unmet: 'not at least' }],
]);

function tellComparison(node: ASTNode, about: Explained, truth: Truth): string | null {
  if (node.op !== '==' && node.op !== '!=' && node.op !== '<' && node.op !== '<=' && node.op !== '>' && node.op !== '>=') return null;
  const [left, right] = node.args;
  const subject = subjectOf(left, about.facts);
  const expected = literalOf(right);
  if (subject === null || expected === null) return null;
  if (subject.value === null) return `${subject.label} is not known`;
  const told = `${subject.label} is ${show(subject.value)}`;
  if (node.op === '==') return truth === true ? told : `${told}, not ${show(expected)}`;
  if (node.op === '!=') return truth === true ? `${told} (not ${show(expected)})` : `${told}, which is excluded`;
  const words = COMPARISONS.get(node.op);
  return truth === true ? `${told} (${words?.met ?? node.op} ${show(expected)})` : `${told}, ${words?.unmet ?? node.op} ${show(expected)}`;
}

function tellMembership(node: ASTNode, about: Explained, truth: Truth): string | null {
  if (node.op !== 'in') return null;
  const [element, list] = node.args;
  const wanted = literalOf(element);
  const listName = factNameOf(list);
  if (listName !== null && wanted !== null) {
    const value = FACT_FIELDS[listName].read(about.facts);
    return truth === true ? `${labelOf(listName)} have ${show(wanted)}` : `${labelOf(listName)}: ${show(value)}; without ${show(wanted)}`;
  }
  const subject = subjectOf(element, about.facts);
  if (subject === null || list.op !== 'list') return null;
  if (subject.value === null) return `${subject.label} is not known`;
  const told = `${subject.label} is ${show(subject.value)}`;
  return truth === true ? told : `${told}, none of ${list.args.map((item) => show(literalOf(item))).join(', ')}`;
}

/** A yes-or-no fact, asked for or denied: the value says it all. */
function tellFlag(node: ASTNode, about: Explained): string | null {
  const name = factNameOf(node.op === '!_' ? node.args : node);
  if (name === null || FACT_FIELDS[name].type !== 'bool') return null;
  const value = FACT_FIELDS[name].read(about.facts);
  return value === null ? `${labelOf(name)} is not known` : `${labelOf(name)}: ${value === true ? 'yes' : 'no'}`;
}

function tellAnything(node: ASTNode, about: Explained, truth: Truth): string {
  const names = [...new Set(factNamesIn(node))];
  const unknown = names.filter((name) => FACT_FIELDS[name].read(about.facts) === null);
  const text = serialize(node);
  if (truth === undefined && unknown.length > 0) {
    return `${unknown.map(labelOf).join(' and ')} ${unknown.length === 1 ? 'is' : 'are'} not known, needed for ${text}`;
  }
  const values = names.map((name) => `${labelOf(name)} is ${show(FACT_FIELDS[name].read(about.facts))}`).join(', ');
  const verdict = truth === true ? 'is true' : truth === false ? 'is not true' : 'cannot be known';
  return values === '' ? `${text} ${verdict}` : `${text} ${verdict}: ${values}`;
}

function subjectOf(node: ASTNode, facts: Facts): Subject | null {
  const name = factNameOf(node);
  if (name !== null) return { label: labelOf(name), value: FACT_FIELDS[name].read(facts) };
  const attribute = attributeNameOf(node);
  if (attribute === null) return null;
  return {
    label: `attribute ${attribute}`,
    value: Object.hasOwn(facts.attributes, attribute) ? (facts.attributes[attribute] ?? null) : null,
  };
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
