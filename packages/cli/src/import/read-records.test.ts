import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CsvRecord, type ReadOptions, readRecords } from './read-records.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lead-router-csv-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const PLAIN: ReadOptions = { delimiter: ',', quote: '"', encoding: 'utf-8', skipLines: 0 };

const read = async (content: string | Buffer, options: Partial<ReadOptions> = {}): Promise<readonly CsvRecord[]> => {
  const file = join(folder, 'file.csv');
  await writeFile(file, content);
  const all: CsvRecord[] = [];
  for await (const records of readRecords(file, { ...PLAIN, ...options })) all.push(...records);
  return all;
};
const brief = (records: readonly CsvRecord[]) =>
  records.map(({ line, cells, fault }) => [line, ...cells, ...(fault === null ? [] : ['FAULT'])]);

describe('records of a CSV file', () => {
  it('have the line they begin at: quotes, line breaks in quotes, empty lines, any line end', async () => {
    expect(brief(await read('a,b\r\n1,"x\ny ""z"""\r\n\r\n2,3\n4,5" pipe\n'))).toEqual([
      [1, 'a', 'b'],
      [2, '1', 'x\ny "z"'],
      [5, '2', '3'],
      [6, '4', '5" pipe'],
    ]);
  });

  it('are not swallowed by a quote that is never closed', async () => {
    expect(brief(await read('a,b\n1,2\n\n3,"open\n4,5\n6,7'))).toEqual([
      [1, 'a', 'b'],
      [2, '1', '2'],
      [4, '3,"open', 'FAULT'],
      [5, '4', '5'],
      [6, '6', '7'],
    ]);
    const long = Array.from({ length: 60_000 }, (_, n) => `${n},${n}`);
    const records = await read(`a,b\n1,"open\n${long.join('\n')}\n`);
    expect(records).toHaveLength(long.length + 2);
    expect(brief(records.slice(0, 3))).toEqual([
      [1, 'a', 'b'],
      [2, '1,"open', 'FAULT'],
      [3, '0', '0'],
    ]);
    expect(records.at(-1)).toMatchObject({ line: long.length + 2, cells: ['59999', '59999'] });
    expect(brief(await read('"x\n5,"y\n', { quote: null }))).toEqual([
      [1, '"x'],
      [2, '5', '"y'],
    ]);
  });

  it('come from packed files and from any encoding', async () => {
    expect(brief(await read(gzipSync('a\nZoe\n')))).toEqual([
      [1, 'a'],
      [2, 'Zoe'],
    ]);
    expect(brief(await read(Buffer.from('n\nM\u00fcller\n', 'latin1'), { encoding: 'windows-1252' }))[1]).toEqual([2, 'M\u00fcller']);
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('n\nM\u00fcller\n', 'utf16le')]);
    expect(brief(await read(wide))[1]).toEqual([2, 'M\u00fcller']);
    expect(brief(await read('\ufeffn\n"open\nx\n', { encoding: 'windows-1252' }))).toEqual([
      [1, 'n'],
      [2, '"open', 'FAULT'],
      [3, 'x'],
    ]);
    await expect(read(gzipSync('a\nb\n'.repeat(1_000)).subarray(0, 30))).rejects.toMatchObject({
      code: 'LR_CLI_USAGE',
      message: expect.stringContaining('packing is broken'),
    });
    await expect(readRecords(join(folder, 'none.csv'), PLAIN).next()).rejects.toMatchObject({
      message: expect.stringContaining('cannot be read (ENOENT)'),
    });
  });

  it('begin after the lines that are to be skipped', async () => {
    expect(brief(await read('made by x\n\n;;\na;b\n1;2', { skipLines: 2, delimiter: ';' }))).toEqual([
      [4, 'a', 'b'],
      [5, '1', '2'],
    ]);
    expect(await read('', { skipLines: 1 })).toEqual([]);
  });

  it('are what was written, whatever the values', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', ';', '\u00e9') });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), async (rows) => {
        const text = rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(',')).join('\n');
        const records = await read(text);
        expect(records.map(({ cells }) => cells)).toEqual(rows);
        let line = 1;
        for (const [index, row] of rows.entries()) {
          expect(records[index]?.line).toBe(line);
          line += 1 + row.join('').split('\n').length - 1;
        }
      }),
      { numRuns: 50 },
    );
  });
});
