/** The short way for US numbers says what the library says, and every number has country and type. */

import fc from 'fast-check';
import { isValidPhoneNumber } from 'libphonenumber-js/max';
import { describe, expect, it } from 'vitest';
import { readUsNumber } from './nanp-number.ts';
import { parseByLibrary, parsePhone } from './phone-number.ts';

describe('a phone number', () => {
  it.each([
    ['(212) 555-2368', 'US', '+12125552368', 'US', 'FIXED_LINE_OR_MOBILE'],
    ['1-212-555-2368', 'US', '+12125552368', 'US', 'FIXED_LINE_OR_MOBILE'],
    ['+1 416 555 0123', 'DE', '+14165550123', 'CA', 'FIXED_LINE_OR_MOBILE'],
    ['800 234 5678', 'US', '+18002345678', 'US', 'TOLL_FREE'],
    ['900 234 5678', 'US', '+19002345678', 'US', 'PREMIUM_RATE'],
    ['+44 20 7946 0958', null, '+442079460958', 'GB', 'FIXED_LINE'],
    ['0151 23456789', 'DE', '+4915123456789', 'DE', 'MOBILE'],
    ['+800 1234 5678', null, '+80012345678', null, 'TOLL_FREE'],
  ])('%s in %s is %s of %s, %s', (...[text, country, e164, region, type]) => {
    expect(parsePhone(text, country)).toEqual({ e164, country: region, type });
  });

  it.each([
    ['212 555 2368', null],
    ['555-2368', 'US'],
    ['111 111 1111', 'US'],
    ['call me', 'US'],
    ['2125552368', 'XX'],
  ])('%s in %s is none', (text, country) => {
    expect(parsePhone(text, country)).toBeNull();
  });

  it('goes the short way where it is an ordinary American one', () => {
    expect(readUsNumber('(212) 555-2368', 'US')).toBe('2125552368');
    expect(readUsNumber('+1.212.555.2368', null)).toBe('2125552368');
    expect(readUsNumber('800 234 5678', 'US')).toBeNull();
  });

  it('is the same by the short way and by the library', () => {
    const digits = fc.tuple(fc.integer({ min: 200, max: 999 }), fc.integer({ min: 0, max: 9_999_999 }));
    const written = fc
      .tuple(
        fc.constantFrom('', '1', '+1', '+1 ', ' +1-', '1 (', '(', '+ 1', ' '),
        digits,
        fc.constantFrom('', ' ', '-', '.', ') ', '--', ')('),
        fc.string({ unit: fc.constantFrom(...'0123456789 -.()+'), maxLength: 3 }),
      )
      .map(([before, [area, rest], between, after]) => `${before}${area}${between}${String(rest).padStart(7, '0')}${after}`);
    const any = fc.string({ unit: fc.constantFrom(...'01123456789 -.()+'), minLength: 8, maxLength: 18 });
    fc.assert(
      fc.property(fc.oneof(written, any), fc.constantFrom('US', 'CA', 'DE', null), (text, country) => {
        expect(parsePhone(text, country)).toEqual(/\d\D*\d\D*\d\D*\d/.test(text) ? parseByLibrary(text.trim(), country) : null);
      }),
      { numRuns: 1_000 },
    );
  });

  it('has a type exactly if the library calls it valid', () => {
    const international = fc
      .tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1_000, max: 9_999_999_999 }))
      .map(([code, rest]) => `+${code}${rest}`);
    fc.assert(
      fc.property(international, (text) => (parseByLibrary(text, null) !== null) === isValidPhoneNumber(text)),
      { numRuns: 500 },
    );
  });
});
