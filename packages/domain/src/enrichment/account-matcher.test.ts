/** Accounts by domain, by name, by a name that is similar; and nothing where somebody could be meant by mistake. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ReferenceTable } from '../rule-set/reference-table.ts';
import type { TableRow } from '../rule-set/table-rows.ts';
import { readTestTables } from '../rule-set/tables.test-support.ts';
import { type AccountBookOptions, createAccountBook } from './account-matcher.ts';

const SAMPLE = new URL('../../../../deploy/rule-sets/departments/tables/key-accounts.csv', import.meta.url);

function tableOf(rows: readonly TableRow[], key: string): ReferenceTable {
  return tableIn(JSON.stringify({ accounts: { key, rows } }));
}

function tableIn(section: string, files: Readonly<Record<string, string>> = {}): ReferenceTable {
  const table = readTestTables(section, files).tables.get('accounts');
  if (table === undefined) throw new Error('no such table');
  return table;
}

function sampleTable(): ReferenceTable {
  return tableIn('accounts: { csv: accounts.csv, key: account }', { 'accounts.csv': readFileSync(SAMPLE, 'utf8') });
}

const NO_COLUMNS = { aliases: null, domain: null, industry: null, segment: null, employees: null };
const OPTIONS: AccountBookOptions = { columns: { ...NO_COLUMNS, name: 'name', aliases: 'aliases', domain: 'domain' }, isFuzzy: true };
const nobody = { company: null, webDomain: null, mailDomain: null };
const book = createAccountBook(sampleTable(), OPTIONS);

describe('the S&P 500 by names as people type them', () => {
  it.each([
    ['Microsfot', 'MSFT', '1 letter off'],
    ['Micorsoft Corp.', 'MSFT', '1 letter off'],
    ['Internatonal Busines Machines', 'IBM', '2 letters off'],
    ['Qualcom', 'QCOM', '1 letter off'],
    ['Goldmann Sachs', 'GS', '1 letter off'],
    ['Arista', 'ANET', '"arista" tells'],
    ['Deere USA', 'DE', 'but for words behind it'],
    ['Medtronic International Inc', 'MDT', '"medtronic" tells'],
    ['Appel', 'AAPL', '1 letter off'],
    ['Jonson & Johnson', 'JNJ', '1 letter off'],
  ])('%s is %s: %s', (company, accountId, reason) => {
    const match = book.match({ ...nobody, company });
    expect(match?.account.accountId).toBe(accountId);
    expect(match?.source).toContain(reason);
    expect(match?.confidence).toBeGreaterThan(0.5);
    expect(match?.confidence).toBeLessThan(0.85);
  });

  it.each([
    'Apple Valley Farms',
    'Delta Dental',
    'Oracel Bones Museum',
    'United',
    'First National Bank',
    'American Consulting',

    'East',
    'Target Practice Range',
    'Cisco Plumbing',
  ])('%s is nobody', (company) => {
    expect(book.match({ ...nobody, company })).toBeNull();
  });

  it('takes the domain of mail before that of the website before the name before a similar name', () => {
    const match = (question: Partial<typeof nobody> | { company: string }) => book.match({ ...nobody, ...question });
    expect(match({ company: 'Arista' })?.confidence).toBeLessThan(0.85);
    expect(match({ company: 'Arista Networks' })?.confidence).toBe(0.85);
    const byWeb = book.match({ company: 'Cisco Systems', webDomain: 'ibm.com', mailDomain: null });
    expect(byWeb).toMatchObject({ account: { accountId: 'IBM' }, confidence: 0.9, source: 'table accounts, web domain' });
    const byMail = book.match({ company: 'Cisco Systems', webDomain: 'ibm.com', mailDomain: 'microsoft.com' });
    expect(byMail).toMatchObject({ account: { accountId: 'MSFT' }, confidence: 0.95 });
  });

  it('asks for similar names only if told to', () => {
    const exact = createAccountBook(sampleTable(), { ...OPTIONS, isFuzzy: false });
    expect(exact.match({ ...nobody, company: 'Microsfot' })).toBeNull();
    expect(exact.match({ ...nobody, company: 'microsoft corporation' })?.account.accountId).toBe('MSFT');
  });
});

describe('accounts that are near to each other', () => {
  const near = createAccountBook(
    tableOf(
      [
        { id: 'A', name: 'Eastcoast Foods', aliases: '', domain: 'https://www.east.example.co.uk/about' },
        { id: 'B', name: 'Westcoast Foods', aliases: '', domain: '' },
        { id: 'C', name: 'Bergen Marine', aliases: 'Studio 51', domain: '' },
        { id: 'D', name: 'Borgen Marine', aliases: '', domain: '' },
        { id: 'E', name: 'Shared Name Inc', aliases: '', domain: '' },
        { id: 'F', name: 'Shared Name LLC', aliases: '', domain: '' },
      ],
      'id',
    ),
    OPTIONS,
  );
  const accountOf = (company: string) => near.match({ ...nobody, company })?.account.accountId ?? null;

  it('are not taken for one another', () => {
    expect(accountOf('Eastcoast Foods')).toBe('A');
    expect(accountOf('Eascoast Foods')).toBe('A');
    expect(accountOf('North Coast Foods')).toBeNull();
  });

  it('are neither meant when both could be', () => {
    expect(accountOf('Burgen Marine')).toBeNull();
  });

  it('differ by any number', () => {
    expect(accountOf('Studio 51')).toBe('C');
    expect(accountOf('Studio 52')).toBeNull();
  });

  it('are told when nothing tells them apart, and then neither is found by that name', () => {
    expect(near.ambiguous).toEqual([{ key: 'sharedname', first: 'E', second: 'F' }]);
    expect(accountOf('Shared Name')).toBeNull();
  });

  it('are found by the registered domain of whatever the table has', () => {
    expect(near.match({ ...nobody, mailDomain: 'example.co.uk' })?.account.accountId).toBe('A');
  });
});

describe('segments and sizes of accounts', () => {
  const columns = { ...OPTIONS.columns, segment: 'segment', employees: 'staff' };
  const row = (id: string, segment: string, staff: string) => ({ id, name: `Firm ${id}`, aliases: '', domain: '', segment, staff });

  it('are read from the table', () => {
    const { match, faults } = createAccountBook(tableOf([row('A', 'Fortune 1000', '12,500'), row('B', '', '')], 'id'), {
      columns,
      isFuzzy: true,
    });
    expect(faults).toEqual([]);
    expect(match({ ...nobody, company: 'Firm A' })?.account).toMatchObject({ segment: 'FORTUNE_1000', employees: 12_500 });
    expect(match({ ...nobody, company: 'Firm B' })?.account).toMatchObject({ segment: null, employees: null });
  });

  it('are faults when they say nothing', () => {
    const { faults } = createAccountBook(tableOf([row('A', 'huge', 'many')], 'id'), { columns, isFuzzy: true });
    expect(faults).toMatchObject([
      { column: 'segment', message: '"huge" is no segment: use Fortune 1000, Government, Education or Small business' },
      { column: 'staff', message: '"many" is no number of employees' },
    ]);
  });
});
