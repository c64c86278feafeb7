/** Reads CSV as RFC 4180 has it (quotes, doubled quotes, line breaks in quotes), for reference tables. */

export interface CsvRecord {
  /** Line of the record's first character, from 1. */
  readonly line: number;
  /** Where it begins in the text. */
  readonly offset: number;
  readonly cells: readonly string[];
}

/** All records, header included; empty lines are skipped. Total: unbalanced quotes read to the end. */
export function parseCsv(text: string): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  let position = text.startsWith('\uFEFF') ? 1 : 0;
  let line = 1;
  while (position < text.length) {
    const startLine = line;
    const offset = position;
    const cells: string[] = [];
    let ended = false;
    while (!ended) {
      const cell = text[position] === '"' ? quotedCell(text, position + 1) : plainCell(text, position);
      cells.push(cell.value);
      line += cell.lineBreaks;
      position = cell.end;
      if (text[position] === ',') position += 1;
      else ended = true;
    }
    if (text[position] === '\r') position += 1;
    if (text[position] === '\n') position += 1;
    line += 1;
    if (cells.length > 1 || cells[0] !== '') records.push({ line: startLine, offset, cells });
  }
  return records;
}

/** Where a cell of the record at `offset` begins in the text, from 0. */
export function cellOffset(text: string, offset: number, index: number): number {
  let position = offset;
  for (let cell = 0; cell < index && position < text.length; cell++) {
    const { end } = text[position] === '"' ? quotedCell(text, position + 1) : plainCell(text, position);
    if (text[end] !== ',') return position;
    position = end + 1;
  }
  return position;
}

interface Cell {
  readonly value: string;
  /** Where the separator, line break or end is. */
  readonly end: number;
  readonly lineBreaks: number;
}

function plainCell(text: string, from: number): Cell {
  let end = from;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return { value: text.slice(from, end), end, lineBreaks: 0 };
}

function quotedCell(text: string, from: number): Cell {
  let value = '';
  let position = from;
  for (;;) {
    const quote = text.indexOf('"', position);
    if (quote < 0) {
      value += text.slice(position);
      return { value, end: text.length, lineBreaks: value.split('\n').length - 1 };
    }
    value += text.slice(position, quote);
    if (text[quote + 1] !== '"') {
      const rest = plainCell(text, quote + 1);
      return { value: value + rest.value, end: rest.end, lineBreaks: value.split('\n').length - 1 };
    }
    value += '"';
    position = quote + 2;
  }
}
