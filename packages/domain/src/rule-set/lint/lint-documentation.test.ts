/** docs/rules.md shows what the check finds as it is told, and names every kind of finding. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { compileRuleSet } from '../../compile-rule-set.ts';
import { FINDING_KINDS } from './findings.ts';

const text = readFileSync(new URL('../../../../../docs/rules.md', import.meta.url), 'utf8');
const block = (kind: string): string => text.split(`\`\`\`${kind}\n`)[1]?.split('```')[0] ?? '';

it('shows errors as they are told', () => {
  const source = stringify({ ...parse(block('yaml example')), ...parse(block('lint example')) }, { lineWidth: 0 });
  const result = compileRuleSet({ source, tables: new Map(), hash: () => 'digest' });
  const errors = result.ok ? result.lint(0).filter(({ severity }) => severity === 'ERROR') : result.faults;
  expect(errors.map(({ line, column, path, message }) => `rules.yaml:${line}:${column}: ${path}: ${message}`).join('\n')).toBe(
    block('lint told').trimEnd(),
  );
});

it('shows what is told of look-ups', () => {
  const source = stringify({ ...parse(block('yaml example')), ...parse(block('lint tables')) }, { lineWidth: 0 });
  const result = compileRuleSet({ source, tables: new Map(), hash: () => 'digest' });
  const findings = result.ok ? result.lint(0).filter(({ path }) => path.startsWith('rules')) : result.faults;
  expect(findings.map(({ path, message }) => `${path}: ${message}`).join('\n')).toBe(block('lint tables told').trimEnd());
});

it('names every finding', () => {
  expect(FINDING_KINDS.filter((kind) => !text.includes(`| \`${kind}\``))).toEqual([]);
});
