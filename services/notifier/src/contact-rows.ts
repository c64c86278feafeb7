/** Who to call, and how: the name in order and numbers that can be dialled from anywhere, with what was said where that is something else. */
import type { Person } from '@lead-router/contracts/generated/wire-types.ts';
import { inWords, joined } from './words.ts';

/** Label and value; null values are left out. */
export type ContactRow = readonly [label: string, value: string | null];

export function nameRows(person: Person | null): readonly ContactRow[] {
  const said = joined([person?.firstName, person?.lastName], ' ') ?? person?.fullName ?? null;
  const name = person?.found?.name ?? null;
  if (name === null) return [['Name', said]];
  const { title, given, middle, family, suffix } = name;
  const found = joined([title, given, middle, family, suffix], ' ');
  return [
    ['Name', found],
    ['Name as given', said === found ? null : said],
  ];
}

/** Number, country and kind; `+12125552368 (US; as given: 212 555 2368)`. */
export function phoneRow(label: string, field: 'phone' | 'mobile', person: Person | null): ContactRow {
  const said = person?.[field] ?? null;
  const found = person?.found?.phones.find((phone) => phone.field === field);
  if (found === undefined || said === null) return [label, said];
  const { number, region, type } = found;
  const notes = joined([region, type === null ? null : inWords(type).toLowerCase(), said === number ? null : `as given: ${said}`], '; ');
  return [label, notes === null ? number : `${number} (${notes})`];
}
