/** A fault as people read it: where it is, what is wrong, and the line with a caret. */
import type { RuleSetFault } from '../rule-set.ts';

/** Characters of a line that are shown. */
const WIDEST = 200;

/** Lines of text. `document` and the table's file are named as `inFile` has them. */
export function showFault(
  { path, file, line, column, message, excerpt }: RuleSetFault,
  inFile: (file: string | null) => string,
): readonly string[] {
  const place = [inFile(file), ...(line === null ? [] : [line]), ...(column === null ? [] : [column])].join(':');
  const told = `${place}: ${path === '' ? '' : `${path}: `}${message}`;
  if (line === null || excerpt === null) return [told];
  const from = Math.max(0, (column ?? 1) - 1);
  // Of a long line, what stands around the fault.
  const cut = excerpt.length <= WIDEST || from < WIDEST / 2 ? 0 : from - WIDEST / 2;
  const text = excerpt.slice(cut, cut + WIDEST);
  const number = String(line);
  // Tabs before the column stay, so that the caret stands under it.
  const indent = text.slice(0, from - cut).replaceAll(/[^\t]/g, ' ');
  return [told, `  ${number} | ${text}`, `  ${' '.repeat(number.length)} | ${indent}^`];
}

/** In the order of the lines, the document first and then its tables. */
export function inOrder(faults: readonly RuleSetFault[]): readonly RuleSetFault[] {
  return [...faults].sort((a, b) => compareFiles(a.file, b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function compareFiles(a: string | null, b: string | null): number {
  const [first, second] = [a ?? '', b ?? ''];
  return first < second ? -1 : first > second ? 1 : 0;
}
