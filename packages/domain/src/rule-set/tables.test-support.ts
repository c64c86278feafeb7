/** Reference tables as a rule set's `tables` section makes them, for tests of what reads tables. */
import type { RuleSetFault } from '../rule-set.ts';
import { openDocument } from './document.ts';
import { type ReferenceTables, readTables } from './reference-table.ts';

/** `section` is the YAML (or JSON) of the section; `files` are CSV texts by name. */
export function readTestTables(
  section: string,
  files: Readonly<Record<string, string>> = {},
): { readonly tables: ReferenceTables; readonly faults: readonly RuleSetFault[] } {
  const { document, root } = openDocument(section);
  const tables = readTables(document, root, new Map(Object.entries(files)));
  return { tables, faults: document.faults };
}
