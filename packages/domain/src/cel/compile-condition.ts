/** Checks a CEL condition against the facts and the tables, points at each fault inside the YAML, and compiles it. */
import type { ASTNode, SourceRange } from '@marcbachmann/cel-js';
import type { Facts } from '../facts.ts';
import { didYouMean } from '../rule-set/did-you-mean.ts';
import { rawTextOf, report, textOf, type Place, type RuleSetDocument } from '../rule-set/document.ts';
import type { CelEnvironment } from './cel-environment.ts';
import { compileTruth, factNameOf, flatten, literalOf } from './compile-closure.ts';
import type { Condition, NecessaryTest } from './condition.ts';
import { FACT_FIELDS, FACT_NAMES, isFactName, type FactName } from './fact-fields.ts';
import { childrenOf } from './walk-ast.ts';

interface CelFault {
  readonly message: string;
  readonly range: SourceRange | undefined;
}

export interface ConditionRequest {
  readonly document: RuleSetDocument;
  readonly place: Place;
  readonly environment: CelEnvironment;
  /** Facts that are not known yet where this condition is asked. */
  readonly notYet?: readonly FactName[];
}

/** null when there are faults; they are reported at their line and column. */
export function compileConditionAt(request: ConditionRequest): Condition | null {
  const { document, place, environment } = request;
  const source = textOf(document, place);
  if (source === null) return null;
  if (source.trim() === '') {
    report(document, place, { message: 'an empty condition would match by accident; write "true" if every lead is meant' });
    return null;
  }
  const result = checkCondition(source, environment, request.notYet ?? []);
  if ('faults' in result) {
    for (const fault of result.faults) reportInside(document, place, { source, ...fault });
    return null;
  }
  return compileCondition(source, environment);
}

/** Compiles a condition that is known to be right; throws cel-js' ParseError for one that is not. */
export function compileCondition(source: string, environment: CelEnvironment): Condition {
  const { ast } = environment.parse(source);
  const truth = compileTruth(ast, environment);
  const truthOf: Condition['truthOf'] = (part, facts) => compileTruth(part, environment)(facts);
  return { source, ast, truth, truthOf, isMet: compileIsMet(ast, environment), necessary: necessaryTestOf(ast) };
}

export function checkCondition(
  source: string,
  environment: CelEnvironment,
  notYet: readonly FactName[],
): { readonly ast: ASTNode } | { readonly faults: readonly CelFault[] } {
  let parsed: ReturnType<CelEnvironment['parse']>;
  try {
    parsed = environment.parse(source);
  } catch (error) {
    return { faults: [describeError(error, source)] };
  }
  const faults = findNameFaults(parsed.ast, environment, notYet);
  if (faults.length > 0) return { faults };
  const check = parsed.check();
  if (!check.valid) return { faults: [describeError(check.error, source)] };
  if (check.type !== 'bool') {
    return { faults: [{ message: `a condition must be true or false, this one gives ${check.type ?? 'no type'}`, range: { start: 0, end: source.length } }] };
  }
  return { ast: parsed.ast };
}

/** Unknown fields, tables and columns: all of them, each with a suggestion. */
function findNameFaults(node: ASTNode, environment: CelEnvironment, notYet: readonly FactName[]): readonly CelFault[] {
  const faults: CelFault[] = [];
  const member = leadMemberOf(node);
  if (member !== null && !isFactName(member)) {
    faults.push({ message: `a lead has no field "${member}"${didYouMean(member, FACT_NAMES)}`, range: memberRange(node) });
  } else if (member !== null && notYet.some((name) => name === member)) {
    faults.push({ message: `lead.${member} is not known yet where this condition is asked`, range: memberRange(node) });
  }
  if (node.op === 'call' && (node.args[0] === 'inTable' || node.args[0] === 'lookup')) faults.push(...findTableFaults(node, environment));
  for (const child of childrenOf(node)) faults.push(...findNameFaults(child, environment, notYet));
  return faults;
}

function findTableFaults(node: ASTNode, environment: CelEnvironment): readonly CelFault[] {
  if (node.op !== 'call') return [];
  const [name, [table, , column]] = node.args;
  const tableName = table === undefined ? null : literalOf(table);
  if (typeof tableName !== 'string') return [{ message: `the first argument of ${name} is a table's name in quotes`, range: node.range }];
  const found = environment.tables.get(tableName);
  if (found === undefined) {
    return [{ message: `there is no table "${tableName}"${didYouMean(tableName, [...environment.tables.keys()])}`, range: table?.range }];
  }
  if (name !== 'lookup' || column === undefined) return [];
  const columnName = literalOf(column);
  if (typeof columnName === 'string' && found.columns.includes(columnName)) return [];
  const hint = typeof columnName === 'string' ? didYouMean(columnName, found.columns) : '';
  return [{ message: `table "${tableName}" has no column ${String(columnName)}${hint}; it has ${found.columns.join(', ')}`, range: column.range }];
}

/** The name after `lead.`, known or not. */
function leadMemberOf(node: ASTNode): string | null {
  if (node.op !== '.' && node.op !== '[]') return null;
  const [object, member] = node.args;
  if (object.op !== 'id' || object.args !== 'lead') return null;
  const name = typeof member === 'string' ? member : literalOf(member);
  return typeof name === 'string' ? name : null;
}

function memberRange(node: ASTNode): SourceRange {
  const member = leadMemberOf(node) ?? '';
  return { start: Math.max(node.range.start, node.range.end - member.length), end: node.range.end };
}

const ADVICE: readonly { readonly when: RegExp; readonly say: string }[] = [
  { when: /== null|!= null|null ==|null !=/, say: 'ask whether a value is known with has(lead.field)' },
  { when: /Unexpected character: =/, say: 'compare with ==' },
  { when: /list<int>/, say: 'write the numbers of the list with a decimal point: [1.0, 2.0]' },
  { when: /Unexpected character: '?[a-z]/, say: 'join conditions with && (and), || (or), ! (not)' },
];

function describeError(error: unknown, source: string): CelFault {
  const summary = error instanceof Error && 'summary' in error && typeof error.summary === 'string' ? error.summary : String(error);
  const range = error instanceof Error && 'range' in error && isRange(error.range) ? error.range : undefined;
  const unknownVariable = /^Unknown variable: (\w+)/.exec(summary)?.[1];
  if (unknownVariable !== undefined) {
    const meant = isFactName(unknownVariable) ? ` (did you mean "lead.${unknownVariable}"?)` : didYouMean(unknownVariable, ['lead']);
    return { message: `there is nothing called "${unknownVariable}"${meant || '; text stands in quotes, facts after "lead."'}`, range };
  }
  const method = /overload for '[^']*?(\w+)\(/.exec(summary)?.[1];
  const methodHint = method === undefined ? '' : didYouMean(method, METHODS);
  const advice = ADVICE.find((entry) => entry.when.test(summary))?.say ?? ADVICE.slice(1, 2).find((entry) => entry.when.test(source))?.say;
  return { message: `${summary}${methodHint}${advice === undefined ? '' : `; ${advice}`}`, range };
}

const METHODS = ['startsWith', 'endsWith', 'contains', 'matches', 'size', 'exists', 'all', 'filter', 'map', 'lowerAscii', 'upperAscii', 'trim', 'inTable', 'lookup', 'has'];

function isRange(value: unknown): value is SourceRange {
  return typeof value === 'object' && value !== null && 'start' in value && 'end' in value && typeof value.start === 'number';
}

/** Finds the CEL offset in the YAML, whatever the scalar's style, and shows the line with a caret. */
function reportInside(
  document: RuleSetDocument,
  place: Place,
  fault: { readonly source: string; readonly message: string; readonly range: SourceRange | undefined },
): void {
  const raw = rawTextOf(document, place);
  if (raw === null || fault.range === undefined) {
    report(document, place, { message: fault.message });
    return;
  }
  const offset = offsetInYaml(document.text, raw, { source: fault.source, at: fault.range.start });
  const lineStart = document.text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = document.text.indexOf('\n', offset);
  const line = document.text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
  report(document, place, { offset, message: `${fault.message}\n${line}\n${' '.repeat(offset - lineStart)}^` });
}

/** The value is a subsequence of its writing but for escapes: walk both. Block scalars begin after their header line. */
function offsetInYaml(
  text: string,
  raw: { readonly from: number; readonly to: number },
  value: { readonly source: string; readonly at: number },
): number {
  let position = raw.from;
  if (text[position] === '|' || text[position] === '>') position = text.indexOf('\n', position) + 1;
  else if (text[position] === '"' || text[position] === "'") position += 1;
  let last = position;
  for (let index = 0; index <= value.at && index < value.source.length; index++) {
    const wanted = value.source[index];
    const isSpace = wanted === ' ' || wanted === '\n';
    let probe = position;
    while (probe < raw.to && !(text[probe] === wanted || (isSpace && /\s/.test(text[probe] ?? '')))) probe += 1;
    if (probe >= raw.to) break;
    last = probe;
    position = probe + 1;
  }
  return value.at >= value.source.length ? Math.min(last + 1, raw.to) : last;
}

/** At the top, unknown and false are the same: `&&` and `||` need no third value. */
function compileIsMet(node: ASTNode, environment: CelEnvironment): (facts: Facts) => boolean {
  if (node.op === '&&') {
    const parts = flatten(node, '&&').map((part) => compileIsMet(part, environment));
    const [first, second, third, fourth] = parts;
    if (parts.length === 2 && first && second) return (facts) => first(facts) && second(facts);
    if (parts.length === 3 && first && second && third) return (facts) => first(facts) && second(facts) && third(facts);
    if (parts.length === 4 && first && second && third && fourth) return (facts) => first(facts) && second(facts) && third(facts) && fourth(facts);
    return (facts) => parts.every((part) => part(facts));
  }
  if (node.op === '||') {
    const parts = flatten(node, '||').map((part) => compileIsMet(part, environment));
    return (facts) => parts.some((part) => part(facts));
  }
  const truth = compileTruth(node, environment);
  return (facts) => truth(facts) === true;
}

/** Of the conjuncts that demand certain values of a fact, the one that allows the fewest. */
function necessaryTestOf(ast: ASTNode): NecessaryTest | null {
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
