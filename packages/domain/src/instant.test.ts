import { expect, it } from 'vitest';
import { isRealDay, readInstant } from './instant.ts';

it.each([
  ['2026-05-31', '2026-05-31T00:00:00.000Z'],
  ['2026-05-31T14:05Z', '2026-05-31T14:05:00.000Z'],
  ['2026-05-31T14:05:06.123456789Z', '2026-05-31T14:05:06.123Z'],
  ['2026-05-31T01:00:00+02:00', '2026-05-30T23:00:00.000Z'],
  ['2026-05-31T01:00:00-0330', '2026-05-31T04:30:00.000Z'],
  ['2024-02-29T12:00Z', '2024-02-29T12:00:00.000Z'],
])('reads %s', (text, expected) => expect(new Date(readInstant(text) ?? Number.NaN).toISOString()).toBe(expected));

it.each([
  ...['', 'yesterday', '2026-05-31T14:05:00', '2026-05-31 14:05Z', '2026-5-31', ' 2026-05-31'],
  ...['2026-02-31', '2026-02-29T12:00Z', '2026-04-31T00:00+02:00', '2026-13-01', '2026-00-10', '2026-01-00', '2026-01-01T25:00Z'],
])('refuses "%s"', (text) => expect(readInstant(text)).toBeNull());

it('knows the days of the calendar', () => {
  expect(['2024-02-29', '2026-12-31'].every(isRealDay)).toBe(true);
  expect(['2026-02-29', '2026-06-31', '2026-06-31T00:00Z', '12-25'].some(isRealDay)).toBe(false);
});
