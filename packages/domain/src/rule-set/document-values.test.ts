/** The small readers: durations, hours, CSV, suggestions. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closestWord } from './did-you-mean.ts';
import { parseDurationMs } from './duration.ts';
import { parseCsv } from './parse-csv.ts';
import { tableFilesOf } from './table-files.ts';
import { mergeSpans, parseHoursLine } from './weekly-hours.ts';

describe('parseDurationMs', () => {
  it.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['4h', 14_400_000],
    ['2d', 172_800_000],
    ['1h30m', 5_400_000],
    ['366d', 31_622_400_000],
  ])('%s', (text, value) => {
    expect(parseDurationMs(text)).toBe(value);
  });

  it.each(['', '5', 'm', '0s', '-1m', '1.5h', '5 m', '367d', '1w', '99999999d'])('"%s" is none', (text) => {
    expect(parseDurationMs(text)).toBeNull();
  });
});

describe('parseHoursLine', () => {
  const spans = (line: string) => {
    const parsed = parseHoursLine(line);
    return 'spans' in parsed ? parsed.spans.map((span) => [span.fromMinute, span.toMinute]) : parsed.fault;
  };

  it.each([
    ['mon 09:00-17:30', [[540, 1050]]],
    [
      'Mon-Tue 9:00 - 17:30',
      [
        [540, 1050],
        [1980, 2490],
      ],
    ],
    [
      'sat,sun 00:00-24:00',
      [
        [7200, 8640],
        [8640, 10080],
      ],
    ],
    [
      'sat-mon 10:00-11:00',
      [
        [7800, 7860],
        [9240, 9300],
        [600, 660],
      ],
    ],
    ['fri 22:00-02:00', [[7080, 7320]]],
    [
      'sun 22:00-02:00',
      [
        [9960, 10080],
        [0, 120],
      ],
    ],
  ])('%s', (line, expected) => {
    expect(spans(line)).toEqual(expected);
  });

  it.each([
    '',
    'mon',
    '09:00-17:00',
    'mon 9-17',
    'mon 09:60-17:00',
    'mon 25:00-26:00',
    'mon 24:00-10:00',
    'mon 09:00-09:00',
    'mo 09:00-10:00',
    'mon- 09:00-10:00',
  ])('"%s" is refused', (line) => {
    expect(typeof spans(line)).toBe('string');
  });

  it('merges what overlaps and touches', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(10_079), fc.integer({ min: 1, max: 500 }))), (pairs) => {
        const given = pairs.map(([fromMinute, length]) => ({ fromMinute, toMinute: Math.min(10_080, fromMinute + length) }));
        const merged = mergeSpans(given);
        for (const [index, span] of merged.entries()) {
          const next = merged[index + 1];
          if (next !== undefined) expect(next.fromMinute).toBeGreaterThan(span.toMinute);
        }
        const isIn = (spanList: typeof given | typeof merged, minute: number) =>
          spanList.some((span) => span.fromMinute <= minute && minute < span.toMinute);
        for (const { fromMinute, toMinute } of given) {
          for (const minute of [fromMinute - 1, fromMinute, toMinute - 1, toMinute]) expect(isIn(merged, minute)).toBe(isIn(given, minute));
        }
      }),
    );
  });
});

describe('parseCsv', () => {
  it('reads quotes, doubled quotes, breaks in quotes, any line ends and a byte order mark', () => {
    const text = '\uFEFFa,b\r\n1,"x, ""y"""\n\n"two\nlines",\nlast,"open';
    expect(parseCsv(text)).toMatchObject([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, offset: 6, cells: ['1', 'x, "y"'] },
      { line: 4, cells: ['two\nlines', ''] },
      { line: 6, cells: ['last', 'open'] },
    ]);
  });

  it('gives back what was written', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', '\u00fc') });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 })), (rows) => {
        const text = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join('\n');
        expect(parseCsv(text).map((record) => record.cells)).toEqual(rows);
      }),
    );
  });

  it('ends for any text', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r') }), (text) => void parseCsv(text)));
  });
});

describe('closestWord', () => {
  it.each([
    ['salse', 'sales'],
    ['contry', 'country'],
    ['Team', 'team'],
    ['x', null],
    ['quite-another', null],
  ])('%s: %s', (word, expected) => {
    expect(closestWord(word, ['sales', 'country', 'team'])).toBe(expected);
  });
});

describe('tableFilesOf', () => {
  it('names each file once, and nothing for a document it cannot read', () => {
    expect(tableFilesOf('tables: { a: { csv: x.csv, key: k }, b: { csv: x.csv, key: k }, c: { rows: [], key: k } }')).toEqual(['x.csv']);
    expect(tableFilesOf('tables: 5')).toEqual([]);
    expect(tableFilesOf(': [')).toEqual([]);
    expect(tableFilesOf('')).toEqual([]);
  });
});
