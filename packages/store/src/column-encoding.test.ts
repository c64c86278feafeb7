import { describe, expect, it } from 'vitest';
import { booleanColumn, encodeColumns, numberColumn, textArray, textColumn, textListColumn } from './column-encoding.ts';

describe('encodeColumns', () => {
  it('writes one array literal a column', () => {
    const rows = [
      { name: 'a "b" \\ {c},', count: 1.5, isOpen: true, tags: ['x', 'y"z'] },
      { name: null, count: null, isOpen: false, tags: [] },
    ];
    const columns = [
      textColumn<(typeof rows)[number]>((row) => row.name),
      numberColumn<(typeof rows)[number]>((row) => row.count),
      booleanColumn<(typeof rows)[number]>((row) => row.isOpen),
      textListColumn<(typeof rows)[number]>((row) => row.tags),
    ];
    expect(encodeColumns(columns, rows)).toEqual([
      String.raw`{"a \"b\" \\ {c},",NULL}`,
      '{1.5,NULL}',
      '{t,f}',
      String.raw`{"{\"x\",\"y\\\"z\"}","{}"}`,
    ]);
  });

  it('writes one null for a column of nothing else', () => {
    expect(encodeColumns([numberColumn<number>((value) => value), textColumn<number>(() => null)], [1, 2])).toEqual(['{1,2}', null]);
  });

  it('writes empty arrays for no rows', () => {
    expect(encodeColumns([numberColumn<number>((value) => value)], [])).toEqual(['{}']);
    expect(textArray([])).toBe('{}');
  });

  it('quotes the word that would mean nothing', () => {
    expect(textArray(['NULL', ''])).toBe('{"NULL",""}');
  });
});
