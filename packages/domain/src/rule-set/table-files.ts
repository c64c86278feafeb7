/** Which files a rule set's document refers to, for whoever has to read them before compiling. */
import { entriesOf, fieldsOf, isMapping, openDocument, textOf } from './document.ts';
import { TABLE_KEYS } from './reference-table.ts';

/** File names as written under `tables.<name>.csv`, each once; as far as the document can be read. */
export function tableFilesOf(source: string): readonly string[] {
  const { document, root } = openDocument(source);
  if (!isMapping(document, root)) return [];
  const tables = (entriesOf(document, root) ?? []).find((entry) => entry.key === 'tables');
  if (tables === undefined || !isMapping(document, tables.value)) return [];
  const names = (entriesOf(document, tables.value) ?? []).flatMap((table) => {
    if (!isMapping(document, table.value)) return [];
    const name = textOf(document, fieldsOf(document, table.value, TABLE_KEYS)?.get('csv') ?? null);
    return name === null ? [] : [name];
  });
  return [...new Set(names)];
}
