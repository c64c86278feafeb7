/** A rule set from disk: the YAML document and the CSV tables that it names, checked. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compileRuleSet, type RuleSetSource } from '@lead-router/domain/compile-rule-set.ts';
import type { RuleSet, RuleSetFault } from '@lead-router/domain/rule-set.ts';
import { sha256 } from '@lead-router/service-kit/open-dependencies.ts';
import { parse } from 'yaml';

export type RuleSetFile =
  | { readonly ok: true; readonly ruleSet: RuleSet; readonly source: string; readonly tables: ReadonlyMap<string, string> }
  | { readonly ok: false; readonly faults: readonly RuleSetFault[] };

/** Rejects only when the document itself cannot be read; a table that cannot is a fault of the document. */
export async function readRuleSetFile(file: string): Promise<RuleSetFile> {
  const source = await readFile(file, 'utf8');
  const tables = new Map<string, string>();
  for (const name of csvNames(source)) {
    const text = await readFile(join(dirname(file), name), 'utf8').catch(() => null);
    if (text !== null) tables.set(name, text);
  }
  const given: RuleSetSource = { source, tables, hash: sha256 };
  const result = compileRuleSet(given);
  return result.ok ? { ok: true, ruleSet: result.ruleSet, source, tables } : result;
}

/** Files that the document's tables name; a document that is no YAML names none, and the compiler says why. */
function csvNames(source: string): readonly string[] {
  let document: unknown;
  try {
    document = parse(source);
  } catch {
    return [];
  }
  const tables = isRecord(document) && isRecord(document['tables']) ? Object.values(document['tables']) : [];
  return tables.flatMap((table) => (isRecord(table) && typeof table['csv'] === 'string' ? [table['csv']] : []));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
