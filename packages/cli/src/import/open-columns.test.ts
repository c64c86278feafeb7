import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LAYOUT, type FileLayout } from './mapping.ts';
import { openColumns } from './open-columns.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lead-router-columns-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open = async (lines: readonly string[], layout: Partial<FileLayout> = {}) => {
  const file = join(folder, 'file.csv');
  await writeFile(file, lines.join('\n'));
  return openColumns(file, { ...DEFAULT_LAYOUT, ...layout });
};

describe('the columns of a file', () => {
  it('stand behind the lines that the mapping skips', async () => {
    const opened = await open(['Export of May', '', 'by, and for, the board', 'Nr;Name', '1;Lee'], { skipLines: 2 });
    expect(opened).toMatchObject({ columns: ['Nr', 'Name'], hasHeader: true, options: { delimiter: ';', skipLines: 2 } });
  });

  it('of its rejects stand in the first line, whatever the mapping skips', async () => {
    const lines = ['Nr;Name;reject_line;reject_reason', '1;Lee;4;"has 3 cells; the header has 2"', '2;Ann;5;also'];
    for (const delimiter of [null, ';'])
      expect(await open(lines, { skipLines: 2, delimiter })).toMatchObject({
        columns: ['Nr', 'Name', 'reject_line', 'reject_reason'],
        options: { delimiter: ';', skipLines: 0 },
      });
  });

  it('are those of the mapping where the file has no header', async () => {
    expect(await open(['1,Lee'], { columns: ['Nr', 'Name'] })).toMatchObject({ columns: ['Nr', 'Name'], hasHeader: false });
    await expect(open(['', ''])).rejects.toThrow('is empty');
  });
});
