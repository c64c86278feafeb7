/** The examples of docs/rules.md compile: each is laid over the first, complete one, key by key. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { FACT_NAMES } from '../cel/fact-fields.ts';
import { compileRuleSet } from '../compile-rule-set.ts';
import type { RuleSetResult } from '../rule-set.ts';
import { TEMPLATE_FIELDS } from './mail-template.ts';

const text = readFileSync(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```yaml example\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const [complete = ''] = examples;
const tables = new Map([['tables/territories.csv', 'region,territory\nCA,west\n']]);

function compile(example: string): RuleSetResult {
  const whole: Record<string, unknown> = { ...parse(complete), ...parse(example) };
  return compileRuleSet({ source: stringify(whole), tables, hash: () => 'digest' });
}

describe('docs/rules.md', () => {
  it('has an example for each section', () => {
    const sections = new Set(examples.flatMap((example) => Object.keys(parse(example))));
    expect([...sections].sort()).toEqual([
      'calendars',
      'communication',
      'destinations',
      'enrichment',
      'lastResort',
      'name',
      'policies',
      'pools',
      'rules',
      'scoring',
      'tables',
      'zone',
    ]);
  });

  it.each(examples.map((example) => [example.split('\n')[0], example] as const))(
    'compiles the example that begins with %s',
    (_first, example) => {
      const result = compile(example);
      expect(result.ok ? [] : result.faults).toEqual([]);
    },
  );

  it('names every gap of a mail', () => {
    expect(TEMPLATE_FIELDS.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('names every fact', () => {
    const missing = FACT_NAMES.filter((name) => !new RegExp(`[\`.]${name}\``).test(text));
    expect(missing).toEqual([]);
  });
});
