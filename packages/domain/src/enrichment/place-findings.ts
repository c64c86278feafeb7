/** Where a lead is: country, region, time zone, and the territory that the rule set makes of them. */
import type { Lead } from '../lead.ts';
import { findCountry } from './find-country.ts';
import type { EnrichmentSources, Guess } from './findings.ts';
import { findTimeZone } from './time-zones.ts';
import { findProvinceByPostalCode, findRegion, findStateByZipPrefix, zipPrefixOf } from './us-regions.ts';

export interface PlaceFindings {
  readonly country: Guess | null;
  readonly region: Guess | null;
  readonly timeZone: Guess | null;
  readonly territory: Guess | null;
}

export function countrySaid(lead: Lead): string | null {
  return lead.location.country === null ? null : findCountry(lead.location.country);
}

export function readPlace(
  sources: EnrichmentSources,
  lead: Lead,
  known: { readonly givenCountry: string | null; readonly phoneCountry: string | null },
): PlaceFindings {
  const regionCountry = known.givenCountry ?? known.phoneCountry ?? sources.defaultCountry;
  const region = readRegion(lead, regionCountry);
  const country = guessCountry({ ...known, region, regionCountry });
  const isAmerican = country?.value === 'US';
  const { postalCode } = lead.location;
  const zipPrefix = isAmerican && postalCode !== null ? zipPrefixOf(postalCode) : null;
  const zone = findTimeZone({ country: country?.value ?? null, region: region?.value ?? null, zipPrefix });
  const territory = country === null ? null : findTerritory(sources, { country: country.value, region: region?.value ?? null, zipPrefix });
  return { country, region, territory, timeZone: zone === null ? null : { ...zone, value: zone.zone } };
}

function readRegion(lead: Lead, country: string | null): Guess | null {
  if (country !== 'US' && country !== 'CA') return null;
  const { region, postalCode } = lead.location;
  const named = region === null ? null : findRegion(region, country);
  if (named !== null) return { value: named, source: 'region', confidence: 1 };
  if (postalCode === null) return null;
  const zipPrefix = country === 'US' ? zipPrefixOf(postalCode) : null;
  const found = country === 'CA' ? findProvinceByPostalCode(postalCode) : zipPrefix === null ? null : findStateByZipPrefix(zipPrefix);
  return found === null ? null : { value: found, source: 'postal code', confidence: 0.95 };
}

/** A region that only the default country explains makes that country likely, not sure. */
function guessCountry(known: {
  readonly givenCountry: string | null;
  readonly phoneCountry: string | null;
  readonly region: Guess | null;
  readonly regionCountry: string | null;
}): Guess | null {
  if (known.givenCountry !== null) return { value: known.givenCountry, source: 'country', confidence: 1 };
  if (known.phoneCountry !== null) return { value: known.phoneCountry, source: 'phone number', confidence: 0.8 };
  if (known.region === null || known.regionCountry === null) return null;
  return { value: known.regionCountry, source: `${known.region.source} in the default country`, confidence: 0.6 };
}

/** The narrowest key that the table has: zip prefix, state, country. */
function findTerritory(
  sources: EnrichmentSources,
  place: { readonly country: string; readonly region: string | null; readonly zipPrefix: string | null },
): Guess | null {
  if (sources.territories === null) return null;
  const { byRegion, table } = sources.territories;
  for (const part of [place.zipPrefix, place.region, '*']) {
    const key = part === null ? null : `${place.country}-${part}`;
    const value = key === null ? undefined : byRegion.get(key);
    if (value !== undefined) return { value, source: `table ${table}, ${key}`, confidence: 1 };
  }
  return null;
}
