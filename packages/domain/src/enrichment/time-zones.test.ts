/** Places and their time zones: borders within states, provinces, countries; and every zone is one that the runtime knows. */
import { describe, expect, it } from 'vitest';
import { findTimeZone, KNOWN_ZONES } from './time-zones.ts';
import { findProvinceByPostalCode, findRegion, findStateByZipPrefix, US_STATE_NAMES, zipPrefixOf } from './us-regions.ts';

describe('findTimeZone', () => {
  it.each([
    ['US', 'FL', '331', 'America/New_York'],
    ['US', 'FL', '325', 'America/Chicago'],
    ['US', 'TN', '379', 'America/New_York'],
    ['US', 'TN', '372', 'America/Chicago'],
    ['US', 'TX', '799', 'America/Denver'],
    ['US', 'TX', null, 'America/Chicago'],
    ['US', 'ID', '838', 'America/Los_Angeles'],
    ['US', 'ID', '837', 'America/Boise'],
    ['US', 'AZ', '850', 'America/Phoenix'],
    ['US', 'AZ', '865', 'America/Denver'],
    ['US', 'IN', '464', 'America/Chicago'],
    ['US', 'SD', '577', 'America/Denver'],
    ['US', 'HI', null, 'Pacific/Honolulu'],
    ['US', null, null, null],
    ['CA', 'SK', null, 'America/Regina'],
    ['CA', null, null, null],
    ['DE', null, null, 'Europe/Berlin'],
    ['GB', null, null, 'Europe/London'],
    ['IN', null, null, 'Asia/Kolkata'],
    ['AQ', null, null, null],
    [null, null, null, null],
  ])('%s %s %s is in %s', (...[country, region, zipPrefix, zone]) => {
    expect(findTimeZone({ country, region, zipPrefix })?.zone ?? null).toBe(zone);
  });

  it('is less sure of a state with two zones, and of a country with several', () => {
    const sure = findTimeZone({ country: 'US', region: 'OH', zipPrefix: null });
    const unsure = findTimeZone({ country: 'US', region: 'TN', zipPrefix: null });
    const settled = findTimeZone({ country: 'US', region: 'TN', zipPrefix: '372' });
    expect([sure?.confidence, unsure?.confidence, settled?.confidence]).toEqual([0.95, 0.85, 0.95]);
    expect(findTimeZone({ country: 'AU', region: null, zipPrefix: null })?.confidence).toBe(0.6);
  });

  it('has a zone for every state and only zones that there are', () => {
    for (const name of US_STATE_NAMES)
      expect(findTimeZone({ country: 'US', region: findRegion(name, 'US'), zipPrefix: null }), name).not.toBeNull();
    for (const timeZone of KNOWN_ZONES) expect(() => new Intl.DateTimeFormat('en', { timeZone }), timeZone).not.toThrow();
  });
});

describe('postal codes', () => {
  it.each([
    ['94105-1234', '941', 'CA'],
    [' 00501 ', '005', 'NY'],
    ['73301', '733', 'TX'],
    ['09012', '090', null],
  ])('%s has the prefix %s of %s', (code, prefix, state) => {
    expect(zipPrefixOf(code)).toBe(prefix);
    expect(findStateByZipPrefix(prefix)).toBe(state);
  });

  it.each(['1234', '123456', 'ABCDE', '', '12345-'])('"%s" is no zip code', (code) => {
    expect(zipPrefixOf(code)).toBeNull();
  });

  it.each([
    ['H2X 1Y4', 'QC'],
    ['m5v', 'ON'],
    ['V6B2W9', 'BC'],
    ['X0A 0H0', null],
    ['12345', null],
  ])('%s is in %s of Canada', (code, province) => {
    expect(findProvinceByPostalCode(code)).toBe(province);
  });
});
