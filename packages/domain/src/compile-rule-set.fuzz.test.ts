/** Whatever somebody types into a rule set, the compiler answers with faults, never with an exception; and what compiles can be asked. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsFor, leadFor } from '../../../test/support/example-leads.ts';
import { compileRuleSet } from './compile-rule-set.ts';
import { tableFilesOf } from './rule-set/table-files.ts';

/** A busy machine compiles ten times as slowly: time is not what is tested here. */
const TIMEOUT_MS = 60_000;
const document = readFileSync(new URL('../../../deploy/rule-sets/departments/rules.yaml', import.meta.url), 'utf8');
const words = [...new Set(document.match(/[\w-]+|[^\w\s]/g) ?? [])];
const tables = new Map([
  ['tables/government-domains.csv', 'domain,type\nnasa.gov,Federal\n'],
  ['tables/key-accounts.csv', 'account,name,industry,aliases,domain\nIBM,IBM,IT,,ibm.com\n'],
  ['tables/territories.csv', 'region,territory\nCA,WEST\n'],
  ['tables/topics.csv', 'keyword,topic\ndemo,demo\n'],
]);

const snippet = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom('', '&a', '*a', '<<', '? ', '- ', '\n', '\t', '!!int', '|', '>', '"', "'", '{', '}', '\u0000', '\ud800'),
  fc.string({ maxLength: 5 }),
);
const edit = fc.record({ at: fc.nat(document.length), length: fc.constantFrom(0, 1, 5, 40), snippet });

describe('compileRuleSet with a damaged document', () => {
  it('never throws', { timeout: TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const source = edits.reduce((text, { at, length, snippet: put }) => text.slice(0, at) + put + text.slice(at + length), document);
        tableFilesOf(source);
        const result = compileRuleSet({ source, tables, hash: () => 'digest' });
        if (!result.ok) {
          expect(result.faults.length).toBeGreaterThan(0);
          return;
        }
        const facts = factsFor({ budget: 600_000, grade: 'HOT', region: 'HI' });
        const { index } = result.ruleSet.matchRule(facts);
        expect(result.ruleSet.traceRules(facts)).toHaveLength(index + 1);
        const lead = leadFor();
        result.ruleSet.score(lead, result.ruleSet.enrich(lead, null, (text) => text).enrichment, { isQualified: true });
      }),
      { numRuns: 60 },
    );
  });

  it('never throws for any text as a table', { timeout: TIMEOUT_MS }, () => {
    const text = fc.string({
      unit: fc.constantFrom('domain', 'type', 'Federal', ',', '\n', '"', '\r\n', 'x.gov', '__proto__'),
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, (csv) => {
        compileRuleSet({ source: document, tables: new Map([...tables, ['tables/government-domains.csv', csv]]), hash: () => 'digest' });
      }),
    );
  });
});
