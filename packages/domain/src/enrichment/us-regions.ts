/**
 * States of the USA by name, abbreviation and postal code, and Canada's provinces by name. Zip prefixes after the
 * three-digit prefix list of the US Postal Service.
 */
import { foldText } from './fold-text.ts';

const US_STATES = `
AL,alabama,ala|AK,alaska|AZ,arizona,ariz|AR,arkansas,ark|CA,california,calif,cali|CO,colorado,colo|CT,connecticut,conn|DE,delaware,del
DC,district of columbia,washington dc,washington d c,d c|FL,florida,fla|GA,georgia|HI,hawaii|ID,idaho|IL,illinois,ill|IN,indiana,ind|IA,iowa
KS,kansas,kans|KY,kentucky|LA,louisiana|ME,maine|MD,maryland|MA,massachusetts,mass|MI,michigan,mich|MN,minnesota,minn|MS,mississippi,miss
MO,missouri|MT,montana,mont|NE,nebraska,nebr|NV,nevada,nev|NH,new hampshire,n h|NJ,new jersey,n j|NM,new mexico,n m|NY,new york,n y,new york state
NC,north carolina,n carolina,n c|ND,north dakota,n dakota,n d|OH,ohio|OK,oklahoma,okla|OR,oregon,ore|PA,pennsylvania,penn,penna
RI,rhode island,r i|SC,south carolina,s carolina,s c|SD,south dakota,s dakota,s d|TN,tennessee,tenn|TX,texas,tex|UT,utah|VT,vermont
VA,virginia|WA,washington,wash,washington state|WV,west virginia,w virginia,w va|WI,wisconsin,wis,wisc|WY,wyoming,wyo
PR,puerto rico|VI,virgin islands,us virgin islands|GU,guam|AS,american samoa|MP,northern mariana islands`;

const CANADIAN_PROVINCES = `
AB,alberta|BC,british columbia|MB,manitoba|NB,new brunswick|NL,newfoundland and labrador,newfoundland|NS,nova scotia|NT,northwest territories
NU,nunavut|ON,ontario|PE,prince edward island|QC,quebec|SK,saskatchewan|YT,yukon`;

/** From the first three digits up to the next entry; an empty state is none. */
const ZIP_PREFIXES = `
000,|005,NY|006,PR|008,VI|009,PR|010,MA|028,RI|030,NH|039,ME|050,VT|055,MA|056,VT|060,CT|070,NJ|090,|100,NY|150,PA|197,DE|200,DC|201,VA|202,DC|206,MD
220,VA|247,WV|269,|270,NC|290,SC|300,GA|320,FL|340,|341,FL|350,AL|370,TN|386,MS|398,GA|400,KY|430,OH|460,IN|480,MI|500,IA|530,WI|550,MN|569,DC|570,SD
580,ND|590,MT|600,IL|630,MO|660,KS|680,NE|700,LA|716,AR|730,OK|733,TX|734,OK|750,TX|800,CO|820,WY|832,ID|840,UT|850,AZ|870,NM|885,TX|886,|889,NV
900,CA|962,|967,HI|969,GU|970,OR|980,WA|995,AK`;

/** Of Canadian postal codes, by their first letter. */
const PROVINCE_BY_LETTER: Readonly<Record<string, string>> = {
  ...{ A: 'NL', B: 'NS', C: 'PE', E: 'NB', G: 'QC', H: 'QC', J: 'QC', K: 'ON', L: 'ON', M: 'ON', N: 'ON', P: 'ON' },
  ...{ R: 'MB', S: 'SK', T: 'AB', V: 'BC', Y: 'YT' },
};

/** Full names, folded: `new york`. */
export const US_STATE_NAMES: readonly string[] = US_STATES.trim()
  .split(/[|\n]/)
  .map((entry) => entry.split(',')[1] ?? '');

const US_BY_NAME = readNames(US_STATES);
const CANADA_BY_NAME = readNames(CANADIAN_PROVINCES);
const STATE_BY_PREFIX = readPrefixes();
const CANADIAN_CODE = /^([a-z])\d[a-z](?:[ -]?\d[a-z]\d)?$/i;
const US_ZIP = /^(\d{3})\d{2}(?:[- ]?\d{4})?$/;

/** Two-letter code of a state or province written by name or abbreviation; null when it is none of that country's. */
export function findRegion(text: string, country: 'US' | 'CA'): string | null {
  if (text.length > 40) return null;
  const names = country === 'US' ? US_BY_NAME : CANADA_BY_NAME;
  return names.get(foldText(text)) ?? null;
}

/** First three digits of a five- or nine-digit zip code; null for none. */
export function zipPrefixOf(postalCode: string): string | null {
  return postalCode.length > 20 ? null : (US_ZIP.exec(postalCode.trim())?.[1] ?? null);
}

/** null for military and unused prefixes. */
export function findStateByZipPrefix(prefix: string): string | null {
  return STATE_BY_PREFIX[Number(prefix)] ?? null;
}

/** Province of a Canadian postal code or its first half (`H2X`); null for none, and for X, which two territories share. */
export function findProvinceByPostalCode(postalCode: string): string | null {
  const letter = postalCode.length > 20 ? undefined : CANADIAN_CODE.exec(postalCode.trim())?.[1];
  return letter === undefined ? null : (PROVINCE_BY_LETTER[letter.toUpperCase()] ?? null);
}

function readNames(text: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const entry of text.trim().split(/[|\n]/)) {
    const [code = '', ...others] = entry.split(',');
    names.set(code.toLowerCase(), code);
    for (const name of others) names.set(name, code);
  }
  return names;
}

function readPrefixes(): readonly (string | null)[] {
  const entries = ZIP_PREFIXES.trim()
    .split(/[|\n]/)
    .map((entry) => entry.split(','));
  const states: (string | null)[] = [];
  for (let prefix = 0, next = 0; prefix < 1_000; prefix++) {
    while (next < entries.length && Number(entries[next]?.[0]) <= prefix) next += 1;
    const state = entries[next - 1]?.[1];
    states.push(state === undefined || state === '' ? null : state);
  }
  return states;
}
