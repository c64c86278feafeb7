import { describe, expect, it } from 'vitest';
import { dateReader } from './date-format.ts';

const iso = (format: string, text: string, zone = 'UTC'): string | null => {
  const time = dateReader(format, zone)(text);
  return time === null ? null : new Date(time).toISOString();
};

describe('dates of files', () => {
  it.each([
    ['dd.MM.yyyy HH:mm', '05.03.2026 14:07', '2026-03-05T14:07:00.000Z'],
    ['d/M/yy', '5/3/26', '2026-03-05T00:00:00.000Z'],
    ['d/M/yy', '5/3/69', '1969-03-05T00:00:00.000Z'],
    ['MM/dd/yyyy hh:mm a', '12/31/2026 12:05 AM', '2026-12-31T00:05:00.000Z'],
    ['MM/dd/yyyy h:mm a', '12/31/2026 1:05 p.m.', '2026-12-31T13:05:00.000Z'],
    ['d MMM yyyy', '7 September 2026', '2026-09-07T00:00:00.000Z'],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", '2026-01-02T03:04:05.678+02:00', '2026-01-02T01:04:05.678Z'],
    ['iso', '2026-01-02', '2026-01-02T00:00:00.000Z'],
    ['iso', '2026-01-02 03:04Z', '2026-01-02T03:04:00.000Z'],
    ['epoch-seconds', '1767225600', '2026-01-01T00:00:00.000Z'],
    ['epoch-milliseconds', '1767225600001', '2026-01-01T00:00:00.001Z'],
  ])('%s reads %s', (format, text, expected) => expect(iso(format, text)).toBe(expected));

  it.each([
    ['dd.MM.yyyy', '31.06.2026'],
    ['dd.MM.yyyy', '00.06.2026'],
    ['dd.MM.yyyy', '5.6.2026'],
    ['dd.MM.yyyy', '05-06-2026'],
    ['dd.MM.yyyy HH:mm', '05.06.2026 24:00'],
    ['d MMM yyyy', '7 Foo 2026'],
    ['h:mm a d.M.yyyy', '13:00 pm 1.1.2026'],
    ['dd.MM.yyyy', '05.06.0026'],
    ['iso', '2026-01-02T03:04'],
    ['iso', '2026-02-31'],
    ['iso', '2026-02-29T12:00Z'],
    ['iso', '2026-13-01'],
    ['iso', ''],
    ['epoch-seconds', '-1'],
  ])('%s refuses %s', (format, text) => expect(iso(format, text)).toBeNull());

  it('takes wall clock times from their zone, over clock changes', () => {
    const lisbon = (text: string) => iso('dd.MM.yyyy HH:mm', text, 'Europe/Lisbon');
    expect(lisbon('15.01.2026 12:00')).toBe('2026-01-15T12:00:00.000Z');
    expect(lisbon('15.07.2026 12:00')).toBe('2026-07-15T11:00:00.000Z');
    // Skipped in New York on 8 March 2026, repeated on 1 November.
    const newYork = (text: string) => iso('yyyy-MM-dd HH:mm', text, 'America/New_York');
    expect(newYork('2026-03-08 01:59')).toBe('2026-03-08T06:59:00.000Z');
    expect(newYork('2026-03-08 02:30')).toBe('2026-03-08T07:30:00.000Z');
    expect(newYork('2026-03-08 03:00')).toBe('2026-03-08T07:00:00.000Z');
    expect(newYork('2026-11-01 01:30')).toBe('2026-11-01T05:30:00.000Z');
    expect(newYork('2026-11-01 02:00')).toBe('2026-11-01T07:00:00.000Z');
    expect(iso('yyyy-MM-dd HH:mm', '2026-06-01 12:00', 'Asia/Kathmandu')).toBe('2026-06-01T06:15:00.000Z');
  });

  it.each([
    ['dd.MM', 'does not say the year'],
    ['dd.MM.yyyy dd', 'says the day twice'],
    ['DD.MM.yyyy', '"D" means nothing'],
  ])('refuses the format %s', (format, words) => expect(() => dateReader(format, 'UTC')).toThrow(words));
});
