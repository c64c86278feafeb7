/** The `enrichment` section from YAML to findings: what each key changes, and what a wrong one is told. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { leadFor, personFor } from '../../../../test/support/example-leads.ts';
import { compileRuleSet } from '../compile-rule-set.ts';
import type { Enrichment, Lead, Person } from '../lead.ts';

const guide = readFileSync(new URL('../../../../docs/rules.md', import.meta.url), 'utf8');
const complete = /```yaml example\n([\s\S]*?)```/.exec(guide)?.[1] ?? '';

function compile(enrichment: unknown, tables: Readonly<Record<string, unknown>> = {}) {
  return compileRuleSet({ source: stringify({ ...parse(complete), enrichment, tables }), tables: new Map(), hash: () => 'digest' });
}

function enricher(enrichment: unknown, tables: Readonly<Record<string, unknown>> = {}) {
  const result = compile(enrichment, tables);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return (lead: Partial<Lead>, person: Partial<Person> = {}): Enrichment =>
    result.ruleSet.enrich(leadFor(lead), personFor(person), (normalised) => normalised).enrichment;
}

function faults(enrichment: unknown, tables: Readonly<Record<string, unknown>> = {}): readonly string[] {
  const result = compile(enrichment, tables);
  return result.ok ? [] : result.faults.map(({ path, message }) => `${path}: ${message}`);
}

const { company: noCompany, location: nowhere } = leadFor();
const named = (name: string): Partial<Lead> => ({ company: { ...noCompany, name } });
const accounts = (...names: readonly string[]) => ({
  accounts: { key: 'id', rows: names.map((name, index) => ({ id: `A${index}`, name })) },
});

describe('the enrichment section', () => {
  it('finds territories by zip prefix before state before country, however they are written', () => {
    const rows = [
      { place: '945', name: 'bay' },
      { place: 'US-CA', name: 'california' },
      { place: 'ca', name: 'california' },
      { place: 'tx', name: 'texas' },
      { place: 'us-*', name: 'rest' },
    ];
    const enrich = enricher({ defaultCountry: 'US', territories: { table: 'areas', column: 'name' } }, { areas: { key: 'place', rows } });
    const territory = (known: Partial<Lead['location']>) => enrich({ location: { ...nowhere, ...known } }).territory;
    expect(territory({ postalCode: '94501' })).toBe('bay');
    expect(territory({ postalCode: '90210' })).toBe('california');
    expect(territory({ region: 'Texas' })).toBe('texas');
    expect(territory({ country: 'US' })).toBe('rest');
    expect(territory({ country: 'DE' })).toBeNull();
  });

  it('detects languages where it says so, and never over what the lead says', () => {
    const enrich = enricher({ detectLanguage: true });
    const comments = 'Wir brauchen ein Angebot f\u00fcr 50 Telefone bis Ende des Monats.';
    const found = enrich({}, { comments });
    expect(found.language).toBe('de');
    expect(found.values.find(({ field }) => field === 'language')).toMatchObject({ source: 'n-grams of the comments', confidence: 0.9 });
    expect(enrich({ language: 'fr' }, { comments }).language).toBeNull();
    expect(enrich({}, { comments: 'ok' }).language).toBeNull();
    expect(enricher({ detectLanguage: false })({}, { comments }).language).toBeNull();
  });

  it('takes keywords of its own for governments, and a limit of its own for small businesses', () => {
    const enrich = enricher(
      { governmentKeywords: { table: 'agencies', column: 'level' }, smallBusinessEmployees: 10 },
      { agencies: { key: 'keyword', rows: [{ keyword: 'water commission', level: 'State' }] } },
    );
    expect(enrich(named('Delta Water Commission'))).toMatchObject({ government: 'STATE', segment: 'GOVERNMENT' });
    expect(enrich({ company: { ...noCompany, employeeCount: 10 } }).segment).toBe('SMALL_BUSINESS');
    expect(enrich({ company: { ...noCompany, employeeCount: 11 } }).segment).toBeNull();
  });

  it('looks for similar names unless told not to', () => {
    const columns = { table: 'accounts', name: 'name' };
    const tables = accounts('Bergen Marine', 'Borgholm Paper');
    expect(enricher({ accounts: columns }, tables)(named('Bergenn Marine')).accountId).toBe('A0');
    expect(enricher({ accounts: { ...columns, fuzzy: false } }, tables)(named('Bergenn Marine')).accountId).toBeNull();
  });

  it('refuses names that accounts share unless told to leave them out', () => {
    const columns = { table: 'accounts', name: 'name' };
    const tables = accounts('Shared Name Inc', 'Shared Name LLC');
    expect(faults({ accounts: columns }, tables)).toEqual([
      expect.stringMatching(/^tables\.accounts\.rows\[1\]: account A1 cannot be told from A0 \(line \d+\) by "sharedname"$/),
    ]);
    expect(enricher({ accounts: { ...columns, sharedNames: 'ignore' } }, tables)(named('Shared Name')).accountId).toBeNull();
  });

  it.each([
    [{ detectLanguage: 'yes' }, {}, 'enrichment.detectLanguage: expected true or false, found "yes"'],
    [{ smallBusinessEmployees: -1 }, {}, 'enrichment.smallBusinessEmployees: expected a whole number from 0 to 1000000, found "-1"'],
    [
      { governmentKeywords: { table: 'agencies', column: 'level' } },
      { agencies: { key: 'keyword', rows: [{ keyword: 'commission', level: 'Galactic' }] } },
      'tables.agencies.rows[0].level: "Galactic" is no level of government: use Federal, State or Local',
    ],
    [
      { accounts: { table: 'accounts', name: 'name', segment: 'name' } },
      accounts('Huge'),
      'tables.accounts.rows[0].name: "Huge" is no segment: use Fortune 1000, Government, Education or Small business',
    ],
    [
      { accounts: { table: 'accounts', name: 'name', sharedNames: 'maybe' } },
      accounts('Huge'),
      'enrichment.accounts.sharedNames: "maybe" is not one of fault, ignore',
    ],
  ])('%o is a fault', (enrichment, tables, fault) => {
    expect(faults(enrichment, tables)).toEqual([fault]);
  });
});
