/**
 * Time zones of places: US states with the three-digit zip prefixes that keep another time than most of their state, Canadian
 * provinces, and countries. Zones and their borders after the IANA time zone database (zone1970.tab, 2025b) and 49 CFR part 71;
 * prefixes after the US Postal Service's list of three-digit areas. Where a prefix straddles a border, its larger part counts.
 */

export interface ZoneGuess {
  /** IANA name. */
  readonly zone: string;
  readonly source: string;
  readonly confidence: number;
}

export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** ISO 3166-2 without the country, of the USA or Canada. */
  readonly region: string | null;
  /** First three digits of a US zip code. */
  readonly zipPrefix: string | null;
}

const STATES = `
America/New_York CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV FL? KY?|America/Detroit MI?|America/Indiana/Indianapolis IN?
America/Chicago AL AR IA IL LA MN MO MS OK WI KS? ND? NE? SD? TN? TX?|America/Denver CO MT NM UT WY|America/Boise ID?|America/Phoenix AZ?
America/Los_Angeles CA NV OR? WA|America/Anchorage AK|Pacific/Honolulu HI|America/Puerto_Rico PR|America/St_Thomas VI|Pacific/Guam GU MP|Pacific/Pago_Pago AS`;

const PROVINCES = `
America/St_Johns NL|America/Halifax NS PE|America/Moncton NB|America/Toronto ON? QC|America/Winnipeg MB|America/Regina SK|America/Edmonton AB NT
America/Vancouver BC?|America/Whitehorse YT|America/Iqaluit NU?`;

/** Panama City, Pensacola; Chattanooga to Knoxville; western Kentucky; Gary, Evansville; Dickinson; Rapid City; Alliance; El Paso; Ontario in Oregon; Lewiston, Coeur d'Alene; the Navajo Nation. */
const ZIP_PREFIXES = `
America/Chicago 324 325 420 421 422 423 424 463 464 476 477|America/New_York 373 374 376 377 378 379|America/Denver 577 586 693 798 799 865 885
America/Boise 979|America/Los_Angeles 835 838`;

/** A question mark: the zone of the larger part of a country that has several. */
const COUNTRIES = `
Europe/London GB IM JE GG|Europe/Dublin IE|Europe/Lisbon PT?|Europe/Madrid ES?|Europe/Paris FR MC|Europe/Brussels BE LU|Europe/Amsterdam NL
Europe/Berlin DE DK NO SE SJ|Europe/Zurich CH LI|Europe/Vienna AT|Europe/Rome IT SM VA MT|Europe/Prague CZ SK|Europe/Warsaw PL|Europe/Budapest HU
Europe/Belgrade RS BA HR ME MK SI|Europe/Tirane AL|Europe/Andorra AD|Europe/Gibraltar GI|Europe/Athens GR|Europe/Bucharest RO|Europe/Sofia BG|Europe/Chisinau MD
Europe/Kyiv UA?|Europe/Helsinki FI AX|Europe/Tallinn EE|Europe/Riga LV|Europe/Vilnius LT|Europe/Minsk BY|Europe/Moscow RU?|Europe/Istanbul TR|Asia/Nicosia CY
Atlantic/Reykjavik IS|Atlantic/Faroe FO|America/Nuuk GL?|Africa/Casablanca MA|Africa/Algiers DZ|Africa/Tunis TN|Africa/Tripoli LY|Africa/Cairo EG|Africa/Khartoum SD
Africa/Lagos NG AO BJ CF CG CM GA GQ NE|Africa/Abidjan CI BF GH GM GN ML MR SL SN TG|Africa/Nairobi KE DJ ER ET KM MG SO TZ UG|Africa/Maputo MZ BI BW MW RW ZM ZW
Africa/Johannesburg ZA LS SZ|Africa/Kinshasa CD?|Africa/Windhoek NA|Africa/Monrovia LR|Africa/Ndjamena TD|Indian/Mauritius MU|Asia/Dubai AE OM RE SC
Asia/Riyadh SA KW YE|Asia/Qatar QA BH|Asia/Jerusalem IL|Asia/Amman JO|Asia/Beirut LB|Asia/Damascus SY|Asia/Baghdad IQ|Asia/Tehran IR|Asia/Baku AZ|Asia/Tbilisi GE
Asia/Yerevan AM|Asia/Kabul AF|Asia/Karachi PK|Asia/Kolkata IN|Asia/Colombo LK|Asia/Kathmandu NP|Asia/Dhaka BD|Asia/Thimphu BT|Indian/Maldives MV|Asia/Tashkent UZ
Asia/Ashgabat TM|Asia/Dushanbe TJ|Asia/Bishkek KG|Asia/Almaty KZ?|Asia/Yangon MM|Asia/Bangkok TH KH LA|Asia/Ho_Chi_Minh VN|Asia/Jakarta ID?|Asia/Kuala_Lumpur MY?
Asia/Singapore SG|Asia/Brunei BN|Asia/Manila PH|Asia/Shanghai CN?|Asia/Hong_Kong HK|Asia/Macau MO|Asia/Taipei TW|Asia/Tokyo JP|Asia/Seoul KR|Asia/Pyongyang KP
Asia/Ulaanbaatar MN?|Australia/Sydney AU?|Pacific/Auckland NZ?|Pacific/Fiji FJ|Pacific/Port_Moresby PG?|America/Mexico_City MX?|America/Guatemala GT
America/El_Salvador SV|America/Tegucigalpa HN|America/Managua NI|America/Costa_Rica CR|America/Panama PA KY|America/Belize BZ|America/Havana CU|America/Jamaica JM
America/Port-au-Prince HT|America/Santo_Domingo DO|America/Nassau BS|America/Barbados BB|America/Port_of_Spain TT AG AI DM GD KN LC MS VC VG|Atlantic/Bermuda BM
America/Curacao CW AW|America/Bogota CO|America/Caracas VE|America/Guyana GY|America/Paramaribo SR|America/Guayaquil EC?|America/Lima PE|America/La_Paz BO
America/Santiago CL?|America/Argentina/Buenos_Aires AR|America/Asuncion PY|America/Montevideo UY|America/Sao_Paulo BR?|Pacific/Guam GU MP|America/Puerto_Rico PR`;

interface Entry {
  readonly zone: string;
  readonly isPartly: boolean;
}

const BY_STATE = readTable(STATES);
const BY_PROVINCE = readTable(PROVINCES);
const BY_COUNTRY = readTable(COUNTRIES);
const BY_ZIP = readTable(ZIP_PREFIXES);

/** All zones that a place can get, for tests. */
export const KNOWN_ZONES: readonly string[] = [
  ...new Set([BY_STATE, BY_PROVINCE, BY_COUNTRY, BY_ZIP].flatMap((table) => [...table.values()].map(({ zone }) => zone))),
];

/** null for places of several zones that nobody can guess: the USA and Canada without state or province. */
export function findTimeZone(place: Place): ZoneGuess | null {
  const { country, region, zipPrefix } = place;
  if (country === null) return null;
  if (country === 'US') {
    const byZip = zipPrefix === null ? undefined : BY_ZIP.get(zipPrefix);
    if (byZip !== undefined) return { zone: byZip.zone, source: 'postal code', confidence: 0.95 };
    const byState = region === null ? undefined : BY_STATE.get(region);
    if (byState === undefined) return null;
    // A zip code that is none of the exceptions settles the question; a bare state with two zones does not.
    return { zone: byState.zone, source: 'region', confidence: byState.isPartly && zipPrefix === null ? 0.85 : 0.95 };
  }
  if (country === 'CA') {
    const byProvince = region === null ? undefined : BY_PROVINCE.get(region);
    return byProvince === undefined ? null : { zone: byProvince.zone, source: 'region', confidence: byProvince.isPartly ? 0.85 : 0.95 };
  }
  const byCountry = BY_COUNTRY.get(country);
  return byCountry === undefined ? null : { zone: byCountry.zone, source: 'country', confidence: byCountry.isPartly ? 0.6 : 0.95 };
}

function readTable(text: string): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  for (const line of text.trim().split(/[|\n]/)) {
    const [zone = '', ...keys] = line.split(' ');
    for (const key of keys) entries.set(key.replace('?', ''), { zone, isPartly: key.endsWith('?') });
  }
  return entries;
}
