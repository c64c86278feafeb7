/** Reads a phone number into E.164. The dearest step of enrichment (16 microseconds for one that is not American), so it is done once a number. */
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { readUsNumber } from './nanp-number.ts';

export interface PhoneNumber {
  /** Personal: for identities, and beside the person. */
  readonly e164: string;
  /** ISO 3166-1 alpha-2; null for numbers of no country. */
  readonly country: string | null;
  /** The library's words: FIXED_LINE, MOBILE, FIXED_LINE_OR_MOBILE (all of North America), TOLL_FREE, PREMIUM_RATE, SHARED_COST, VOIP, … */
  readonly type: string;
}

const MAX_LENGTH = 40;
const FOUR_DIGITS = /\d\D*\d\D*\d\D*\d/;

/** null unless the number is valid in its country; `country` is that of numbers without +. */
export function parsePhone(given: string, country: string | null): PhoneNumber | null {
  if (given.length > MAX_LENGTH || !FOUR_DIGITS.test(given)) return null;
  const text = given.trim();
  const american = readUsNumber(text, country);
  if (american !== null) return { e164: `+1${american}`, country: 'US', type: 'FIXED_LINE_OR_MOBILE' };
  return parseByLibrary(text, country);
}

/** The long way, which any number can go. */
export function parseByLibrary(text: string, country: string | null): PhoneNumber | null {
  const defaultCountry = country !== null && isSupportedCountry(country) ? country : undefined;
  if (defaultCountry === undefined && !text.includes('+')) return null;
  try {
    const options = { extract: false, ...(defaultCountry === undefined ? {} : { defaultCountry }) };
    const parsed = parsePhoneNumberFromString(text, options);
    // With the full metadata a number is valid exactly if it has a type; asking once saves a third.
    const type = parsed?.getType();
    return parsed === undefined || type === undefined ? null : { e164: parsed.number, country: parsed.country ?? null, type };
  } catch {
    // Somebody else's parser must not stop the stream for one odd text: what it cannot read is no number.
    return null;
  }
}
