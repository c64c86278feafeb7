/** The sample rule set from `deploy/rule-sets/departments`, compiled, for tests. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compileRuleSet } from '@lead-router/domain/compile-rule-set.ts';
import { tableFilesOf } from '@lead-router/domain/rule-set/table-files.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';

const FOLDER = new URL('../../deploy/rule-sets/departments/', import.meta.url);

export function sampleRuleSet(): RuleSet {
  const source = readFileSync(new URL('rules.yaml', FOLDER), 'utf8');
  const tables = new Map(tableFilesOf(source).map((name) => [name, readFileSync(new URL(name, FOLDER), 'utf8')]));
  const result = compileRuleSet({ source, tables, hash: (text) => createHash('sha256').update(text).digest('hex') });
  if (result.ok) return result.ruleSet;
  throw new Error(result.faults.map((fault) => `${fault.line}:${fault.column} ${fault.path}: ${fault.message}`).join('\n'));
}
