/**
 * From a condition's syntax tree to what the prover sees: equality, membership, ranges, beginnings and ends, look-ups, and `&&`, `||`, `!`
 * and choices of them. Every other test stands for itself: it may be true, false or unknown whatever else holds.
 */
import { type ASTNode, serialize } from '@marcbachmann/cel-js';
import { type CelEnvironment, isInTable, lookUp } from '../../cel/cel-environment.ts';
import { COMPARISONS, type ComparisonOperator } from '../../cel/compare-fact.ts';
import { attributeNameOf } from '../../cel/compile-operand.ts';
import type { Truth } from '../../cel/condition.ts';
import { FACT_FIELDS } from '../../cel/fact-fields.ts';
import { factNameOf, flatten, literalOf, type Scalar } from '../../cel/read-ast.ts';
import { type FactDomains, factTerm } from './fact-terms.ts';
import type { Atom, Formula, LookUp, LookUps, Telling, Term, Value } from './formula.ts';
import { cellsOf } from './keys-to-try.ts';

export interface FormulaScope {
  readonly environment: CelEnvironment;
  readonly domains: FactDomains;
  /** What look-ups find is left open, whatever the tables say today. */
  readonly hasOpenTables?: boolean;
}

/** What is compared: a term, or what a table says for it. */
interface Operand {
  readonly term: Term;
  readonly read: (value: Value | undefined) => Value | undefined;
  readonly lookUps: LookUps | undefined;
}

type Test = (value: Value | undefined) => Truth;

export function readFormula(node: ASTNode, scope: FormulaScope): Formula {
  switch (node.op) {
    case '&&':
      return { kind: 'and', parts: flatten(node, '&&').map((part) => readFormula(part, scope)) };
    case '||':
      return { kind: 'or', parts: flatten(node, '||').map((part) => readFormula(part, scope)) };
    case '!_':
      return { kind: 'not', part: readFormula(node.args, scope) };
    case '?:': {
      const [ask, yes, no] = node.args;
      return { kind: 'if', ask: readFormula(ask, scope), yes: readFormula(yes, scope), no: readFormula(no, scope) };
    }
    case 'value':
      return node.args === true || node.args === false ? constant(node.args) : itself(node);
    default:
      return readTest(node, scope) ?? itself(node);
  }
}

/** `kind: 'and'` of nothing is true, `'or'` of nothing false. */
function constant(truth: boolean): Formula {
  return { kind: truth ? 'and' : 'or', parts: [] };
}

function itself(node: ASTNode): Atom {
  const term: Term = { key: serialize(node), domain: { type: 'truth' }, canBeUnknown: true };
  return { kind: 'atom', term, test: (value) => (typeof value === 'boolean' ? value : undefined), telling: {} };
}

function readTest(node: ASTNode, scope: FormulaScope): Atom | null {
  switch (node.op) {
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return readComparison(node.op, node.args, scope);
    case 'in':
      return readMembership(node.args, scope);
    case 'call':
      return readCall(node.args[0], node.args[1], scope);
    case 'rcall':
      return readTextTest(node.args, scope);
    default: {
      const operand = readOperand(node, scope);
      return operand?.term.domain.type === 'truth' ? atomOf(operand, known(isTrue), { values: [] }) : null;
    }
  }
}

function readComparison(op: ComparisonOperator, [left, right]: readonly [ASTNode, ASTNode], scope: FormulaScope): Atom | null {
  const turned = literalOf(left);
  const literal = literalOf(right) ?? turned;
  const operand = readOperand(literalOf(right) === null && turned !== null ? right : left, scope);
  if (literal === null || operand === null || !isOfType(operand, literal)) return null;
  const compare = COMPARISONS[literalOf(right) === null ? TURNED[op] : op];
  const isOrder = op !== '==' && op !== '!=';
  if (typeof literal === 'boolean' && isOrder) return null;
  return atomOf(
    operand,
    known((value) => compare(value, literal)),
    isOrder && typeof literal === 'string' ? { bound: literal } : { values: [literal] },
  );
}

function readMembership([element, list]: readonly [ASTNode, ASTNode], scope: FormulaScope): Atom | null {
  const listName = factNameOf(list);
  const literal = literalOf(element);
  if (listName !== null && typeof literal === 'string') {
    if (listName === 'attributes') return isThere(attributeTerm(literal));
    const contains: Term = { key: `${JSON.stringify(literal)} in ${listName}`, domain: { type: 'truth' }, canBeUnknown: false };
    return FACT_FIELDS[listName].type === 'list<string>' ? atomOf(plain(contains), known(isTrue), {}) : null;
  }
  const operand = readOperand(element, scope);
  if (list.op !== 'list' || operand === null) return null;
  const members = list.args.map(literalOf);
  const values = members.filter((one) => one !== null && isOfType(operand, one)).filter((one) => one !== null);
  const within = new Set<Value>(values);
  return values.length === members.length
    ? atomOf(
        operand,
        known((value) => within.has(value)),
        { values },
      )
    : null;
}

function readCall(name: string, [first, second]: readonly ASTNode[], scope: FormulaScope): Atom | null {
  if (first === undefined) return null;
  if (name === 'has') {
    const attribute = attributeNameOf(first);
    if (attribute !== null) return isThere(attributeTerm(attribute));
    const fact = factNameOf(first);
    const term = fact === null ? null : factTerm(fact, scope.domains);
    return term === null ? null : isThere(term);
  }
  const table = literalOf(first);
  const key = second === undefined ? null : readOperand(second, scope);
  if (name !== 'inTable' || typeof table !== 'string' || key === null || !isKeyOf(table, key, scope)) return null;
  const { tables } = scope.environment;
  const isThereFor = (found: Value | undefined): Truth => (isKey(found) ? isInTable(tables, table, found) : undefined);
  const lookUps = behind(key, { table, column: null });
  return { kind: 'atom', term: key.term, test: (value) => isThereFor(key.read(value)), telling: { lookUps } };
}

function readTextTest([name, receiver, [only]]: readonly [string, ASTNode, readonly ASTNode[]], scope: FormulaScope): Atom | null {
  const part = only === undefined ? null : literalOf(only);
  const operand = readOperand(receiver, scope);
  if (typeof part !== 'string' || operand === null || (operand.lookUps === undefined && operand.term.domain.type !== 'text')) return null;
  if (name === 'startsWith')
    return atomOf(
      operand,
      known((value) => String(value).startsWith(part)),
      { prefix: part },
    );
  return name === 'endsWith'
    ? atomOf(
        operand,
        known((value) => String(value).endsWith(part)),
        { suffix: part },
      )
    : null;
}

/** null for what stands for itself. */
function readOperand(node: ASTNode, scope: FormulaScope): Operand | null {
  const attribute = attributeNameOf(node);
  if (attribute !== null) return plain(attributeTerm(attribute));
  const fact = factNameOf(node);
  if (fact !== null) {
    const term = factTerm(fact, scope.domains);
    return term === null ? null : plain(term);
  }
  const sized = node.op === 'call' && node.args[0] === 'size' ? node.args[1][0] : node.op === 'rcall' ? sizedBy(node.args) : undefined;
  const list = sized === undefined ? null : factNameOf(sized);
  if (list !== null && FACT_FIELDS[list].type === 'list<string>') {
    const count = { type: 'number', isWhole: true, min: 0, max: Number.POSITIVE_INFINITY } as const;
    return plain({ key: `size(${list})`, domain: count, canBeUnknown: false });
  }
  return node.op === 'call' && node.args[0] === 'lookup' ? readLookUp(node, scope) : null;
}

function sizedBy([name, receiver]: readonly [string, ASTNode, readonly ASTNode[]]): ASTNode | undefined {
  return name === 'size' ? receiver : undefined;
}

function readLookUp(node: ASTNode & { readonly op: 'call' }, scope: FormulaScope): Operand | null {
  const [table, key, column] = node.args[1];
  const name = table === undefined ? null : literalOf(table);
  const columnName = column === undefined ? null : literalOf(column);
  const asked = key === undefined ? null : readOperand(key, scope);
  if (typeof name !== 'string' || typeof columnName !== 'string') return null;
  const { tables } = scope.environment;
  if (asked === null || !isKeyOf(name, asked, scope)) {
    const words = scope.hasOpenTables === true ? null : cellsOf(tables, { table: name, column: columnName });
    return plain({ key: serialize(node), domain: { type: 'text', words }, canBeUnknown: true });
  }
  const find = (key: Value | undefined): Value | undefined =>
    isKey(key) ? lookUp(tables, { table: name, key, column: columnName }) : undefined;
  return {
    term: asked.term,
    read: (value) => find(asked.read(value)),
    lookUps: behind(asked, { table: name, column: columnName }),
  };
}

function behind({ lookUps }: Operand, next: LookUp): LookUps {
  return lookUps === undefined ? [next] : [...lookUps, next];
}

function isKey(value: Value | undefined): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** Otherwise what is found is a value by itself: of computed keys, and of numbers in tables of texts, it is not known which rows they meet. */
function isKeyOf(name: string, { term, lookUps }: Operand, { environment, hasOpenTables }: FormulaScope): boolean {
  const table = environment.tables.get(name);
  if (hasOpenTables === true || table === undefined) return false;
  if (lookUps !== undefined || term.domain.type === 'text') return true;
  return term.domain.type === 'number' && (table.match === 'exact' || table.bounds?.compare === 'numbers');
}

function attributeTerm(name: string): Term {
  return { key: `attributes.${JSON.stringify(name)}`, domain: { type: 'text', words: null }, canBeUnknown: true };
}

function plain(term: Term): Operand {
  return { term, read: (value) => value, lookUps: undefined };
}

function isThere(term: Term): Atom {
  return { kind: 'atom', term, test: (value) => value !== undefined, telling: {} };
}

function atomOf({ term, read, lookUps }: Operand, test: Test, telling: Telling): Atom {
  if (lookUps === undefined) return { kind: 'atom', term, test, telling };
  return { kind: 'atom', term, test: (value) => test(read(value)), telling: { lookUps } };
}

function known(test: (value: Value) => boolean): Test {
  return (value) => (value === undefined ? undefined : test(value));
}

function isTrue(value: Value): boolean {
  return value === true;
}

function isOfType({ term, lookUps }: Operand, literal: Scalar): boolean {
  if (lookUps !== undefined) return typeof literal === 'string';
  return typeof literal === TYPES[term.domain.type];
}

const TYPES = { truth: 'boolean', text: 'string', number: 'number' } as const;

const TURNED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};
