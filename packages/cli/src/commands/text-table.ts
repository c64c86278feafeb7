/** Columns of text for terminals. */

export interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
}

/** Lines with the titles first; empty when there are no rows. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const widths = columns.map(({ title }, index) => Math.max(title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ isNumber }, index) => {
        const cell = cells[index] ?? '';
        const width = widths[index] ?? 0;
        return isNumber === true ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)];
}

export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** 2026-11-22 16:14:18.123 UTC. */
export function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

/** `assigned 12, waiting 3`; `none` for nothing. */
export function countList(counts: Iterable<readonly [string, number]>): string {
  const parts = [...counts].map(([name, value]) => `${name.toLowerCase().replaceAll('_', ' ')} ${count(value)}`);
  return parts.length === 0 ? 'none' : parts.join(', ');
}
