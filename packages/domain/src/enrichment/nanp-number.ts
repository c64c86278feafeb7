/**
 * Numbers of the USA without the library's long way round: it tries all 25 countries behind +1 one after the other, and most
 * leads are American. Uses the library's own pattern, and a property test holds that both ways agree.
 */
import metadata from 'libphonenumber-js/max/metadata';

/** Punctuation as people type it; anything else goes the long way. */
const PLAIN = /^(?:\+ ?\d|[\d(])[\d ().-]*$/;
const NOT_DIGITS = /\D+/g;
/** Whole national numbers of the USA's fixed-line pattern, which its mobile numbers share; null when the metadata has changed its form. */
const US_NUMBER = readUsPattern();

/** The ten digits of an ordinary US number; null for all else, which may still be a number. `country` is that of numbers without +. */
export function readUsNumber(text: string, country: string | null): string | null {
  if (US_NUMBER === null || !PLAIN.test(text)) return null;
  const digits = text.replace(NOT_DIGITS, '');
  const hasPlus = text.includes('+');
  if (hasPlus ? digits.length !== 11 : country !== 'US') return null;
  const national = digits.length === 11 && digits.startsWith('1') ? digits.slice(1) : digits;
  return national.length === 10 && US_NUMBER.test(national) ? national : null;
}

/** Place 11 of a country holds its types, fixed line first, each with its pattern first; an empty mobile one is the same as fixed line. */
function readUsPattern(): RegExp | null {
  const country: unknown = metadata.countries.US;
  const types: unknown = Array.isArray(country) ? country[11] : null;
  if (!Array.isArray(types)) return null;
  const [fixedLine, mobile] = types.map((type: unknown): unknown => (Array.isArray(type) ? type[0] : null));
  return typeof fixedLine === 'string' && mobile === '' ? new RegExp(`^(?:${fixedLine})$`) : null;
}
