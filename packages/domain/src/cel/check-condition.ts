/** Checks a condition's syntax, names and types; says what is wrong in words that help. */
import type { ASTNode, SourceRange } from '@marcbachmann/cel-js';
import { closestWord, didYouMean } from '../rule-set/did-you-mean.ts';
import type { CelEnvironment } from './cel-environment.ts';
import { FACT_NAMES, type FactName, isFactName } from './fact-fields.ts';
import { findWordFaults } from './fact-words.ts';
import { childrenOf, literalOf } from './read-ast.ts';

export interface CelFault {
  readonly message: string;
  /** Characters of the expression; undefined when it is about the whole. */
  readonly range: SourceRange | undefined;
  /** All that could stand there, where it is one of a few words. */
  readonly known?: readonly string[];
}

/** Facts in `notYet` exist, but are not known where the condition is asked. */
export function checkCondition(
  source: string,
  environment: CelEnvironment,
  notYet: readonly FactName[],
): { readonly ast: ASTNode } | { readonly faults: readonly CelFault[] } {
  let parsed: ReturnType<CelEnvironment['parse']>;
  try {
    parsed = environment.parse(source);
  } catch (error) {
    return { faults: [describeError(error)] };
  }
  const faults = findNameFaults(parsed.ast, environment, notYet);
  if (faults.length > 0) return { faults };
  const check = parsed.check();
  if (!check.valid) return { faults: [describeError(check.error)] };
  if (check.type !== 'bool') {
    return {
      faults: [
        {
          message: `a condition must be true or false, this one gives ${check.type ?? 'no type'}`,
          range: { start: 0, end: source.length },
        },
      ],
    };
  }
  return { ast: parsed.ast };
}

function unknownField(member: string): string {
  const meant = closestWord(member, FACT_NAMES);
  return `unknown field \`lead.${member}\`${meant === null ? '' : `: did you mean \`${meant}\`?`}`;
}

/** Unknown fields, tables and columns: all of them, each with a suggestion. */
function findNameFaults(node: ASTNode, environment: CelEnvironment, notYet: readonly FactName[]): readonly CelFault[] {
  const faults: CelFault[] = [];
  const member = leadMemberOf(node);
  if (member !== null && !isFactName(member)) {
    faults.push({ message: unknownField(member), range: memberRange(node), known: FACT_NAMES });
  } else if (member !== null && notYet.some((name) => name === member)) {
    faults.push({ message: `lead.${member} is not known yet where this condition is asked`, range: memberRange(node) });
  }
  faults.push(...findWordFaults(node, environment.words));
  if (node.op === 'call' && (node.args[0] === 'inTable' || node.args[0] === 'lookup')) faults.push(...findTableFaults(node, environment));
  if (node.op === 'rcall' && node.args[0] === 'matches') faults.push(...findPatternFaults(node.args[2][0]));
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
    const known = [...environment.tables.keys()];
    return [{ message: `there is no table "${tableName}"${didYouMean(tableName, known)}`, range: table?.range, known }];
  }
  if (name !== 'lookup' || column === undefined || found.isBroken) return [];
  const columnName = literalOf(column);
  if (typeof columnName === 'string' && found.columns.includes(columnName)) return [];
  const hint = typeof columnName === 'string' ? didYouMean(columnName, found.columns) : '';
  return [
    {
      message: `table "${tableName}" has no column "${String(columnName)}"; it has ${found.columns.join(', ')}${hint}`,
      range: column.range,
      known: found.columns,
    },
  ];
}

/**
 * A pattern is written out, so that it can be checked, and cannot take exponential time over what vendors send: JavaScript's
 * regular expressions backtrack, unlike the RE2 that CEL has elsewhere.
 */
function findPatternFaults(pattern: ASTNode | undefined): readonly CelFault[] {
  const text = pattern === undefined ? null : literalOf(pattern);
  if (pattern === undefined || typeof text !== 'string')
    return [{ message: 'the pattern of matches() is a text in quotes', range: pattern?.range }];
  try {
    new RegExp(text);
  } catch {
    return [{ message: `"${text}" is not a regular expression`, range: pattern.range }];
  }
  if (!REPEATED_GROUP.test(text) && !BEYOND_RE2.test(text)) return [];
  return [
    {
      message: `"${text}" could take very long: no repetition within a repeated group, no back-references, no look-around`,
      range: pattern.range,
    },
  ];
}

const REPEATED_GROUP = /\([^()]*(?:[+*]|\{\d+,|\|)[^()]*\)(?:[+*]|\{)/;
const BEYOND_RE2 = /\\[1-9k]|\(\?[=!<]|\)\)[+*{]/;

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
  { when: /Unexpected token: EOF/, say: 'the condition ends where something more has to come' },
  {
    when: /no such overload: (?:(?:double|int) \S+ string|string \S+ (?:double|int))$/,
    say: 'a number and a text cannot be compared: numbers stand without quotes, texts within them',
  },
  { when: /Unexpected character: '?[a-z]/, say: 'join conditions with && (and), || (or), ! (not)' },
];

function describeError(error: unknown): CelFault {
  const summary = error instanceof Error && 'summary' in error && typeof error.summary === 'string' ? error.summary : String(error);
  const range = error instanceof Error && 'range' in error && isRange(error.range) ? error.range : undefined;
  const unknownVariable = /^Unknown variable: (\w+)/.exec(summary)?.[1];
  if (unknownVariable !== undefined) {
    const meant = isFactName(unknownVariable) ? `: did you mean "lead.${unknownVariable}"?` : didYouMean(unknownVariable, ['lead']);
    return { message: `there is nothing called "${unknownVariable}"${meant || '; text stands in quotes, facts after "lead."'}`, range };
  }
  const method = /overload for '[^']*?(\w+)\(/.exec(summary)?.[1];
  const methodHint = method === undefined ? '' : didYouMean(method, METHODS);
  const advice = ADVICE.find((entry) => entry.when.test(summary))?.say;
  return { message: `${summary}${methodHint}${advice === undefined ? '' : `; ${advice}`}`, range };
}

const METHODS = [
  'startsWith',
  'endsWith',
  'contains',
  'matches',
  'size',
  'exists',
  'all',
  'filter',
  'map',
  'lowerAscii',
  'upperAscii',
  'trim',
  'inTable',
  'lookup',
  'has',
];

function isRange(value: unknown): value is SourceRange {
  return typeof value === 'object' && value !== null && 'start' in value && 'end' in value && typeof value.start === 'number';
}
