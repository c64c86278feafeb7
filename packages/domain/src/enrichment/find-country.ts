/** From what a lead says about its country to ISO 3166-1 alpha-2. */
import { COUNTRY_NAMES } from './country-names.ts';
import { foldText } from './fold-text.ts';

const BY_NAME: ReadonlyMap<string, string> = readNames();

/** null when the text is no country that we know. */
export function findCountry(text: string): string | null {
  if (text.length > 80) return null;
  return BY_NAME.get(foldText(text)) ?? null;
}

function readNames(): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const line of COUNTRY_NAMES.trim().split('\n')) {
    const [code = '', ...others] = line.split(',');
    names.set(code.toLowerCase(), code);
    for (const name of others) names.set(foldText(name), code);
  }
  return names;
}
