/** The mapping in the docs is one: it is read, and every key of it is there. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { DATE_LETTERS } from './date-format.ts';
import { readMapping } from './read-mapping.ts';

const DOCS = new URL('../../../../docs/import.md', import.meta.url);

describe('docs/import.md', () => {
  it('has a mapping without faults and the letters of dates', async () => {
    const text = await readFile(DOCS, 'utf8');
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(text) ?? [];
    expect(readMapping(yaml)).toMatchObject({ ok: true, mapping: { layout: { delimiter: ';', encoding: 'windows-1252', skipLines: 2 } } });
    expect(text).toContain(DATE_LETTERS.replaceAll(',', ''));
  });
});
