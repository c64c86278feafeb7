/** Where a lead is: country, region, time zone, and the territory that the rule set makes of them. */
import type { Lead } from '../lead.ts';
import type { CompanyFindings } from './company-findings.ts';
import { findCountry } from './find-country.ts';
import type { EnrichmentSources, Guess } from './findings.ts';
import { postalText } from './territory-book.ts';
import { findTimeZone } from './time-zones.ts';
import { findProvinceByPostalCode, findRegion, findStateByZipPrefix, zipPrefixOf } from './us-regions.ts';

export interface PlaceFindings {
  readonly country: Guess | null;
  readonly region: Guess | null;
  readonly timeZone: Guess | null;
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
  return { country, region, timeZone: zone === null ? null : { ...zone, value: zone.zone } };
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

/** The area of the rule set that is the most specific one for the lead. */
export function readTerritory(
  sources: EnrichmentSources,
  lead: Lead,
  known: { readonly place: PlaceFindings; readonly company: Pick<CompanyFindings, 'industry' | 'sector' | 'sizeBand'> },
): Guess | null {
  if (sources.findTerritory === null) return null;
  const { place, company } = known;
  const country = place.country?.value ?? null;
  const industry = company.industry?.value ?? lead.company.industry;
  const area = sources.findTerritory({
    country,
    region: place.region?.value ?? null,
    postalCode: readPostalCode(lead.location.postalCode, country),
    industries: [industry, company.sector?.value ?? null].flatMap((name) => (name === null ? [] : [name.trim().toLowerCase()])),
    size: company.sizeBand?.value ?? null,
  });
  return area === null ? null : { value: area.territory, source: `${area.source}, ${area.label}`, confidence: 1 };
}

/** null for what is no postal code of the country, as far as that can be told. */
function readPostalCode(text: string | null, country: string | null): string | null {
  if (text === null || text.length > MAX_POSTAL_CODE) return null;
  return country === 'US' && zipPrefixOf(text) === null ? null : postalText(text);
}

const MAX_POSTAL_CODE = 20;
