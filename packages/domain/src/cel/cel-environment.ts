/**
 * What conditions can say: the variable `lead` with typed fields, and lookups in the rule set's tables.
 * An unknown fact is absent from the view, so CEL's own error rules make it "unknown": see condition.ts.
 */
import { Environment, type ParseResult } from '@marcbachmann/cel-js';
import type { Facts } from '../facts.ts';
import type { ReferenceTables } from '../rule-set/reference-table.ts';
import { FACT_FIELDS, FACT_NAMES, type FactName, type FactValue } from './fact-fields.ts';
import { type FactWords, FIXED_WORDS } from './fact-words.ts';

export interface CelEnvironment {
  parse(source: string): ParseResult;
  /** The value of a parsed expression; undefined for unknown, whatever kind of error says so. */
  evaluate(parsed: ParseResult, facts: Facts): unknown;
  readonly tables: ReferenceTables;
  /** What facts can be, where that is one of a few words. */
  readonly words: FactWords;
}

/** CEL sees instances of this class only; absent fields are unknown. */
class LeadView {}

export function createCelEnvironment(tables: ReferenceTables, words: FactWords = FIXED_WORDS): CelEnvironment {
  const environment = new Environment({ limits: { maxAstNodes: 2_000, maxDepth: 60 } })
    .registerType('Lead', { ctor: LeadView, fields: Object.fromEntries(FACT_NAMES.map((name) => [name, FACT_FIELDS[name].type])) })
    .registerVariable('lead', 'Lead')
    .registerOperator('double == int', (left: number, right: bigint) => isSameNumber(left, right))
    .registerFunction('inTable(string, string): bool', (table: string, key: string) => isInTable(tables, table, key))
    .registerFunction('inTable(string, double): bool', (table: string, key: number) => isInTable(tables, table, key))
    .registerFunction('lookup(string, string, string): string', askTable)
    .registerFunction('lookup(string, double, string): string', askTable);

  function askTable(table: string, key: string | number, column: string): string {
    const value = lookUp(tables, { table, key, column });
    if (value === undefined) throw new Error(`no value for this key in table ${table}`);
    return value;
  }

  let lastFacts: Facts | null = null;
  let lastView = new LeadView();
  return {
    tables,
    words,
    parse: (source) => environment.parse(source),
    evaluate(parsed, facts) {
      if (facts !== lastFacts) {
        lastView = viewOf(facts);
        lastFacts = facts;
      }
      try {
        return parsed({ lead: lastView });
      } catch {
        // CEL says "no such key", "no such overload" and the like by throwing: all of them mean that it cannot be known.
        return undefined;
      }
    },
  };
}

export function isInTable(tables: ReferenceTables, table: string, key: string | number): boolean {
  return tables.get(table)?.find(key) !== undefined;
}

/** undefined when there is no such row, or its cell is empty. */
export function lookUp(
  tables: ReferenceTables,
  ask: { readonly table: string; readonly key: string | number; readonly column: string },
): string | undefined {
  const value = tables.get(ask.table)?.find(ask.key)?.[ask.column];
  return value === '' ? undefined : value;
}

function isSameNumber(left: number, right: bigint): boolean {
  return Number.isInteger(left) && BigInt(left) === right;
}

function viewOf(facts: Facts): LeadView {
  const known: [FactName, FactValue][] = [];
  for (const name of FACT_NAMES) {
    const value = FACT_FIELDS[name].read(facts);
    if (value !== null) known.push([name, value]);
  }
  return Object.assign(new LeadView(), Object.fromEntries(known));
}
