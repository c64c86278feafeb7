/** Tables: each kind of look-up against a scan over all rows, and each fault with its file, line and column. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTestTables } from './tables.test-support.ts';

function find(section: object, key: string | number): string | undefined {
  const { tables, faults } = readTestTables(JSON.stringify({ t: section }));
  expect(faults).toEqual([]);
  return tables.get('t')?.find(key)?.value;
}

const rowsOf = (keys: readonly string[], key = 'key') => keys.map((text) => ({ [key]: text, value: text }));

describe('look-ups', () => {
  const prefixes = { key: 'key', match: 'prefix', rows: rowsOf(['9', '94', '945', 'SW1']) };
  it.each([
    ['94501', '945'],
    ['94101', '94'],
    ['90210', '9'],
    ['sw1a', 'SW1'],
    ['10001', undefined],
    ['', undefined],
  ])('by prefix: %s finds %s', (key, expected) => {
    expect(find(prefixes, key)).toBe(expected);
  });

  const suffixes = { key: 'key', match: 'suffix', rows: rowsOf(['gov', '.ca.gov', '*.sos.ca.gov', 'acme.com', '@example.org']) };
  it.each([
    ['mail.sos.ca.gov', '*.sos.ca.gov'],
    ['CA.gov', '.ca.gov'],
    ['nasa.gov', 'gov'],
    ['eu.example.org', '@example.org'],
    ['@acme.com', 'acme.com'],
    ['notacme.com', undefined],
    ['com', undefined],
  ])('by domain: %s finds %s', (key, expected) => {
    expect(find(suffixes, key)).toBe(expected);
  });

  const numbers = {
    key: 'from..to',
    match: 'range',
    rows: [
      { from: '', to: 9, value: 'micro' },
      { from: 10, to: 99, value: 'small' },
      { from: 1000, to: '', value: 'large' },
    ],
  };
  it.each([
    [-1, 'micro'],
    [9, 'micro'],
    [9.5, undefined],
    ['10', 'small'],
    [100, undefined],
    ['1e3', undefined],
    [5_000_000, 'large'],
  ])('by range of numbers: %s finds %s', (key, expected) => {
    expect(find(numbers, key)).toBe(expected);
  });

  const zips = {
    key: 'zip',
    match: 'range',
    rows: rowsOf(['01000..02799', '94501..94599', '90210', 'H1..H9'], 'zip').map((row) => ({ ...row, value: row.zip })),
  };
  it.each([
    ['02139', '01000..02799'],
    ['02139-1234', '01000..02799'],
    ['94599-0001', '94501..94599'],
    ['94600', undefined],
    ['90210', '90210'],
    ['h2x 1y4', 'H1..H9'],
  ])('by range of texts: %s finds %s', (key, expected) => {
    expect(find(zips, key)).toBe(expected);
  });

  it('takes numbers as texts when told to', () => {
    const section = { key: 'zip', match: 'range', rows: [{ zip: '90001..96199', value: 'california' }] };
    expect(find(section, '94501-1234')).toBeUndefined();
    expect(find({ ...section, compare: 'text' }, '94501-1234')).toBe('california');
  });

  it('agree with a scan over all rows', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '.', '1'), minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(fc.uniqueArray(word, { minLength: 1, maxLength: 12 }), word, (keys, asked) => {
        const longest = keys.filter((key) => asked.startsWith(key)).sort((a, b) => b.length - a.length)[0];
        expect(find({ key: 'key', match: 'prefix', rows: rowsOf(keys.map((key) => key)) }, asked)).toBe(longest);
      }),
    );
    const bound = fc.integer({ min: 0, max: 60 });
    fc.assert(
      fc.property(fc.uniqueArray(bound, { minLength: 2, maxLength: 12 }), bound, (bounds, asked) => {
        const sorted = [...bounds].sort((a, b) => a - b);
        const ranges = sorted.flatMap((from, place) =>
          place % 2 === 0 && sorted[place + 1] !== undefined ? [[from, sorted[place + 1]]] : [],
        );
        const inside = ranges.find(([from = 0, to = 0]) => from <= asked && asked <= to);
        const rows = ranges.map(([from, to]) => ({ from, to, value: `${from}..${to}` }));
        expect(find({ key: 'from..to', match: 'range', rows }, asked)).toBe(inside?.join('..'));
      }),
    );
  });
});

describe('faults of tables', () => {
  const csv = (text: string, section: object) => {
    const { faults } = readTestTables(JSON.stringify({ t: { csv: 'a/zips.csv', ...section } }), { 'a/zips.csv': text });
    return faults.map(({ file, line, column, message, excerpt }) => ({ at: `${file}:${line}:${column}`, message, excerpt }));
  };

  it('name the file, the line and the cell', () => {
    expect(csv('name,zip\nwest,945\neast,\n"a ""b""",945\nx\n', { key: 'zip', match: 'prefix' })).toEqual([
      { at: 'a/zips.csv:5:1', message: '1 cells where the header has 2', excerpt: 'x' },
      { at: 'a/zips.csv:3:6', message: 'the key column "zip" is empty', excerpt: 'east,' },
      { at: 'a/zips.csv:4:11', message: 'key "945" stands twice in the table, first in line 2', excerpt: '"a ""b""",945' },
    ]);
  });

  it('name both lines of ranges that overlap, however far apart they stand', () => {
    const rows = 'value,from,to\nall,1,100\nsome,20,30\nmore,40,50\nnext,101,\nlast,200,300\n';
    expect(csv(rows, { key: 'from..to', match: 'range' })).toMatchObject([
      { at: 'a/zips.csv:3:6', message: '20..30 overlaps 1..100 of line 2: which row counts?' },
      { at: 'a/zips.csv:4:6', message: '40..50 overlaps 1..100 of line 2: which row counts?' },
      { at: 'a/zips.csv:6:6', message: '200..300 overlaps 101.. of line 5: which row counts?' },
    ]);
  });

  it.each([
    ['from,to\n5,3\n', { key: 'from..to' }, 'the range ends at 3, before it begins at 5'],
    ['from,to\nb,a\n', { key: 'from..to' }, 'the range ends at a, before it begins at b'],
    ['from,to\n,\n', { key: 'from..to' }, 'a range without ends would hold everything'],
    ['from,to\n1,5\n5,9\n', { key: 'from..to' }, '5..9 overlaps 1..5 of line 2: which row counts?'],
    ['from,to\n01,05\n05,09\n', { key: 'from..to' }, '05..09 overlaps 01..05 of line 2: which row counts?'],
    ['from,to\n1,x\n', { key: 'from..to', compare: 'numbers' }, '"x" is not a number'],
    ['from,to\n1,2\n', { key: 'from..too' }, 'the key column "too" is not in the table: did you mean "to"?'],
    ['zip,zip\n1,2\n', { key: 'zip' }, 'column "zip" stands twice'],
  ])('refuses %j', (text, section, message) => {
    expect(csv(text, { match: 'range', ...section }).map((fault) => fault.message)).toContain(message);
  });

  it('are not told again by whoever asks the table', () => {
    const { tables, faults } = readTestTables('t: { csv: nowhere.csv, key: a }');
    expect(faults).toHaveLength(1);
    expect(tables.get('t')?.isBroken).toBe(true);
  });
});
