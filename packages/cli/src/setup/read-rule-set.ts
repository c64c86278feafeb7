/** A rule set from disk: the YAML document and the CSV tables that it names, checked. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { compileRuleSet, type RuleSetSource } from '@lead-router/domain/compile-rule-set.ts';
import { tableFilesOf } from '@lead-router/domain/rule-set/table-files.ts';
import type { RuleSetResult } from '@lead-router/domain/rule-set.ts';
import { sha256 } from '@lead-router/service-kit/open-dependencies.ts';

export type RuleSetFile =
  | (Extract<RuleSetResult, { readonly ok: true }> & { readonly source: string; readonly tables: ReadonlyMap<string, string> })
  | Extract<RuleSetResult, { readonly ok: false }>;

/** Rejects only when the document itself cannot be read; a table that cannot is a fault of the document. */
export async function readRuleSetFile(file: string): Promise<RuleSetFile> {
  const source = await readFile(file, 'utf8');
  const tables = new Map<string, string>();
  for (const name of tableFilesOf(source)) {
    const text = await readFile(join(dirname(file), name), 'utf8').catch(() => null);
    if (text !== null) tables.set(name, text);
  }
  const given: RuleSetSource = { source, tables, hash: sha256 };
  const result = compileRuleSet(given);
  return result.ok ? { ...result, source, tables } : result;
}
