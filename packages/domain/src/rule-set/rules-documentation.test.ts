/** The examples of docs/rules.md compile and do what they say: each is laid over the first, complete one, key by key. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { FACT_NAMES } from '../cel/fact-fields.ts';
import { compileRuleSet } from '../compile-rule-set.ts';
import type { RuleSetResult } from '../rule-set.ts';
import { TEMPLATE_FIELDS } from './mail-template.ts';
import { exampleFaults, runExamples } from './run-examples.ts';
import { inOrder, showFault } from './show-fault.ts';

const SCHEMA = new URL('../../../../deploy/rule-sets/rule-set.schema.json', import.meta.url);
const text = readFileSync(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/```yaml example\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const [complete = ''] = examples;
const tables = new Map([
  ['tables/territories.csv', 'region,territory\nCA,west\n'],
  ['tables/coasts.csv', 'zip,coast\n9,west\n97,north-west\n'],
  ['tables/customers.csv', 'domain,rep\nacme.com,ann\n'],
  ['tables/metros.csv', 'from,to,metro\n94501,94599,bay\n'],
]);

function compile(example: string): RuleSetResult {
  const whole: Record<string, unknown> = { ...parse(complete), ...parse(example) };
  return compileRuleSet({ source: stringify(whole, { lineWidth: 0 }), tables, hash: () => 'digest' });
}

describe('docs/rules.md', () => {
  it('has an example for each section', () => {
    const schema: { readonly properties: object } = JSON.parse(readFileSync(SCHEMA, 'utf8'));
    const sections = new Set(examples.flatMap((example) => Object.keys(parse(example))));
    expect([...sections].sort()).toEqual(
      Object.keys(schema.properties)
        .filter((key) => key !== 'description')
        .sort(),
    );
  });

  it.each(examples.map((example) => [example.split('\n')[0], example] as const))(
    'compiles the example that begins with %s',
    (_first, example) => {
      const result = compile(example);
      expect(result.ok ? [] : result.faults).toEqual([]);
      if (!result.ok) return;
      const results = runExamples(result.ruleSet, result.examples);
      expect(exampleFaults(results).map(({ message }) => message)).toEqual([]);
    },
  );

  it('shows faults as they are told', () => {
    const [example = '', told = ''] = ['faults example', 'faults told'].map((kind) => text.split(`\`\`\`${kind}\n`)[1]?.split('```')[0]);
    const result = compile(example);
    const lines = result.ok ? [] : inOrder(result.faults).map((fault) => showFault(fault, () => 'rules.yaml').join('\n'));
    expect(lines.join('\n\n')).toBe(told.trimEnd());
  });

  it('names every gap of a mail', () => {
    expect(TEMPLATE_FIELDS.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('names every fact', () => {
    const missing = FACT_NAMES.filter((name) => !new RegExp(`[\`.]${name}\``).test(text));
    expect(missing).toEqual([]);
  });
});
