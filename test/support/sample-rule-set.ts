/** The rule sets of `deploy/rule-sets`, compiled, for tests. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compileRuleSet } from '@lead-router/domain/compile-rule-set.ts';
import { tableFilesOf } from '@lead-router/domain/rule-set/table-files.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';

const FOLDER = new URL('../../deploy/rule-sets/', import.meta.url);

/** What `npm start` uses. */
export const sampleRuleSet = (): RuleSet => deployedRuleSet('departments');

export function deployedRuleSet(name: 'departments' | 'telecom'): RuleSet {
  const folder = new URL(`${name}/`, FOLDER);
  const source = readFileSync(new URL('rules.yaml', folder), 'utf8');
  const tables = new Map(tableFilesOf(source).map((file) => [file, readFileSync(new URL(file, folder), 'utf8')]));
  const result = compileRuleSet({ source, tables, hash: (text) => createHash('sha256').update(text).digest('hex') });
  if (result.ok) return result.ruleSet;
  throw new Error(result.faults.map((fault) => `${fault.line}:${fault.column} ${fault.path}: ${fault.message}`).join('\n'));
}
