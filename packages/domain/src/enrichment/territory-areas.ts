/** Areas as they are written, each place, industry and size of them checked, and taken apart into those that can be looked up. */
import { didYouMean } from '../rule-set/did-you-mean.ts';
import { splitRange } from '../rule-set/read-ranges.ts';
import { textEnd } from '../rule-set/table-index.ts';
import { SIZE_BANDS, type SizeBand } from './company-size.ts';
import { findCountry } from './find-country.ts';
import { type AreaPlace, postalText, type TerritoryArea } from './territory-book.ts';
import { findRegion } from './us-regions.ts';

const MAX_COMBINATIONS = 100_000;

/** A text of the document or of a cell, with the way to say what is wrong with it. */
export interface Written {
  readonly text: string;
  fault(message: string, known?: readonly string[]): void;
}

/** One item of the section or one row of a table. */
export interface WrittenArea {
  readonly territory: string;
  readonly countries: readonly Written[];
  readonly states: readonly Written[];
  readonly zips: readonly Written[];
  readonly industries: readonly Written[];
  readonly sizes: readonly Written[];
  readonly source: string;
  /** About the whole. */
  readonly whole: Written;
  readonly line: string;
}

export interface PlacedArea extends TerritoryArea {
  readonly written: WrittenArea;
}

/** Each place with each industry and size. */
export function areasOf(written: WrittenArea): readonly PlacedArea[] {
  const countries = written.countries.flatMap(countryOf);
  const places = placesOf(written, countries);
  const industries = written.industries.length === 0 ? [null] : written.industries.map(({ text }) => text);
  const sizes = written.sizes.length === 0 ? [null] : written.sizes.flatMap(sizeOf);
  if (places.length * industries.length * sizes.length > MAX_COMBINATIONS) {
    written.whole.fault(`more than ${MAX_COMBINATIONS} combinations of place, industry and size: make several areas`);
    return [];
  }
  return places.flatMap(({ place, label }) =>
    industries.flatMap((industry) =>
      sizes.map(
        (size): PlacedArea => ({
          territory: written.territory,
          place,
          industry: industry?.toLowerCase() ?? null,
          size,
          label: [label, ...(industry === null ? [] : [industry]), ...(size === null ? [] : [size])].join(', '),
          source: written.source,
          written,
        }),
      ),
    ),
  );
}

interface NamedPlace {
  readonly place: AreaPlace;
  readonly label: string;
}

function placesOf({ countries: said, states, zips, whole }: WrittenArea, countries: readonly string[]): readonly NamedPlace[] {
  const [only = 'US'] = countries;
  if (states.length + zips.length > 0) {
    if (said.length > 1) whole.fault('of which of these countries are the states or zip codes? One area has one country with them');
    return [...zips.flatMap((zip) => zipOf(zip, only)), ...states.flatMap((state) => stateOf(state, only))];
  }
  if (said.length === 0) return [{ place: { kind: 'anywhere' }, label: 'anywhere' }];
  return countries.map((country) => ({ place: { kind: 'country', country }, label: `${country}-*` }));
}

function countryOf({ text, fault }: Written): readonly string[] {
  const country = findCountry(text);
  if (country !== null) return [country];
  fault(`"${text}" is not a country: write its code of ISO 3166-1, such as DE`);
  return [];
}

/** Regions of leads are known as codes in the USA and Canada only. */
function stateOf({ text, fault }: Written, country: string): readonly NamedPlace[] {
  const [, of = country, name = ''] = /^(?:([A-Za-z]{2})-)?(.+)$/.exec(text) ?? [];
  const owner = of.toUpperCase();
  const state = owner === 'US' || owner === 'CA' ? findRegion(name, owner) : null;
  if (state !== null) return [{ place: { kind: 'state', country: owner, state }, label: `${owner}-${state}` }];
  fault(
    owner === 'US' || owner === 'CA'
      ? `"${text}" is no state or province of ${owner}`
      : `"${text}": states are known of US and CA; for ${owner} use zip codes, or the whole country`,
  );
  return [];
}

/** `945`, `94501..94599`, `GB-SW1`. */
function zipOf({ text, fault }: Written, country: string): readonly NamedPlace[] {
  const [, of = country, codes = ''] = /^(?:([A-Za-z]{2})-)?(.+)$/.exec(text) ?? [];
  const owner = of.toUpperCase();
  const range = splitRange(codes);
  const from = range.from === null ? '' : postalText(range.from);
  const to = range.to === null ? '' : postalText(range.to);
  const isZip = (code: string): boolean => (owner === 'US' ? /^\d{1,5}$/.test(code) : /^[A-Z0-9]{1,10}$/.test(code));
  if (findCountry(owner) === owner && isZip(from) && isZip(to) && from < textEnd(to)) {
    const label = `${owner}-${from === to ? from : `${from}..${to}`}`;
    return [{ place: { kind: 'zip', country: owner, from, end: textEnd(to) }, label }];
  }
  fault(`"${text}" is no zip code, beginning of one or range: write 94501, 945, 94501..94599 or GB-SW1`);
  return [];
}

function sizeOf({ text, fault }: Written): readonly SizeBand[] {
  const size = SIZE_BANDS.find((band) => band === text.toUpperCase());
  if (size !== undefined) return [size];
  fault(`"${text}" is not one of ${SIZE_BANDS.join(', ')}${didYouMean(text, SIZE_BANDS)}`, SIZE_BANDS);
  return [];
}
