/**
 * Finds the territory of a lead: by the narrowest place that it lies in (zip codes, state, country, anywhere), and there by the area that
 * also names its industry and size. By hash and binary search, however many areas there are.
 */
import { lastUpTo } from '../rule-set/table-index.ts';
import type { SizeBand } from './company-size.ts';

/** What an area says of places; `country` is ISO 3166-1. */
export type AreaPlace =
  | { readonly kind: 'zip'; readonly country: string; readonly from: string /** The first code after the area. */; readonly end: string }
  | { readonly kind: 'state'; readonly country: string; readonly state: string }
  | { readonly kind: 'country'; readonly country: string }
  | { readonly kind: 'anywhere' };

export interface TerritoryArea {
  readonly territory: string;
  readonly place: AreaPlace;
  /** Lower case; null for any, known or not. */
  readonly industry: string | null;
  readonly size: SizeBand | null;
  /** Place, industry and size in words. */
  readonly label: string;
  /** The table or section it stands in. */
  readonly source: string;
}

export interface TerritoryQuestion {
  readonly country: string | null;
  /** Code of a state or province. */
  readonly region: string | null;
  /** As `postalText` writes it. */
  readonly postalCode: string | null;
  /** Industry, then sector: lower case. */
  readonly industries: readonly string[];
  readonly size: SizeBand | null;
}

export type FindTerritory = (question: TerritoryQuestion) => TerritoryArea | null;

/** Two areas of which neither is the more specific one, and a lead may be in both. */
export interface TerritoryTie<Area extends TerritoryArea> {
  readonly first: Area;
  readonly second: Area;
}

/** Areas of one place by `industry`, tab, size; either may be empty. */
type Level = ReadonlyMap<string, TerritoryArea>;

interface ZipLevels {
  /** Where each segment begins; it ends where the next one does. */
  readonly starts: readonly string[];
  /** Narrowest first. */
  readonly levels: readonly (readonly Level[])[];
}

interface Interval<Area extends TerritoryArea> {
  readonly from: string;
  readonly end: string;
  readonly areas: readonly Area[];
}

export function createTerritoryBook<Area extends TerritoryArea>(
  areas: readonly Area[],
): { readonly find: FindTerritory; readonly ties: readonly TerritoryTie<Area>[] } {
  const ties: TerritoryTie<Area>[] = [];
  const groups = new Map<string, Area[]>();
  for (const area of areas) {
    const key = placeKey(area.place);
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(area);
  }
  const levels = new Map<string, Level>();
  const intervals = new Map<string, Interval<Area>[]>();
  for (const [key, group] of groups) {
    levels.set(key, levelOf(group, ties));
    const place = group[0]?.place;
    if (place?.kind !== 'zip') continue;
    const ofCountry = intervals.get(place.country) ?? [];
    intervals.set(place.country, ofCountry);
    ofCountry.push({ from: place.from, end: place.end, areas: group });
  }
  const zips = new Map([...intervals].map(([country, found]) => [country, segmentsOf(country, found, { levels, ties })]));
  return { ties, find: (question) => findIn({ zips, levels }, question) };
}

/** Upper case, without spaces and dashes. */
export function postalText(text: string): string {
  return text.toUpperCase().replace(/[\s-]/g, '');
}

function findIn(
  { zips, levels }: { readonly zips: ReadonlyMap<string, ZipLevels>; readonly levels: ReadonlyMap<string, Level> },
  question: TerritoryQuestion,
): TerritoryArea | null {
  const { country, region, postalCode } = question;
  if (country !== null) {
    const codes = postalCode === null ? undefined : zips.get(country);
    const segment = codes === undefined || postalCode === null ? [] : (codes.levels[lastUpTo(codes.starts, postalCode)] ?? []);
    for (const level of segment) {
      const found = findInLevel(level, question);
      if (found !== null) return found;
    }
    const byState = region === null ? null : findInLevel(levels.get(`${country}-${region}`), question);
    const found = byState ?? findInLevel(levels.get(country), question);
    if (found !== null) return found;
  }
  return findInLevel(levels.get('*'), question);
}

/** Industry and size, industry, size, neither. */
function findInLevel(level: Level | undefined, { industries, size }: TerritoryQuestion): TerritoryArea | null {
  if (level === undefined) return null;
  for (const band of size === null ? [''] : [size, '']) {
    for (const industry of industries) {
      const found = level.get(`${industry}\t${band}`);
      if (found !== undefined) return found;
    }
  }
  return (size === null ? undefined : level.get(`\t${size}`)) ?? level.get('\t') ?? null;
}

function placeKey(place: AreaPlace): string {
  if (place.kind === 'anywhere') return '*';
  if (place.kind === 'country') return place.country;
  return place.kind === 'state' ? `${place.country}-${place.state}` : zipKey(place.country, place);
}

function zipKey(country: string, { from, end }: { readonly from: string; readonly end: string }): string {
  return `${country}-${from}..${end}`;
}

function levelOf<Area extends TerritoryArea>(areas: readonly Area[], ties: TerritoryTie<Area>[]): Level {
  const level = new Map<string, Area>();
  for (const area of areas) {
    const key = `${area.industry ?? ''}\t${area.size ?? ''}`;
    const first = level.get(key);
    if (first === undefined) level.set(key, area);
    else if (first.territory !== area.territory) ties.push({ first, second: area });
  }
  // One by industry and one by size are as specific as each other, unless a third one names both.
  const bySize = [...level.values()].filter(({ industry, size }) => industry === null && size !== null);
  for (const first of bySize.length === 0 ? [] : level.values()) {
    if (first.industry === null || first.size !== null) continue;
    const second = bySize.find(({ size, territory }) => territory !== first.territory && !level.has(`${first.industry}\t${size}`));
    if (second !== undefined) ties.push({ first, second });
  }
  return level;
}

/** Cuts the codes of a country at every end of an area. Of areas that lie in each other the inner one is the narrower. */
function segmentsOf<Area extends TerritoryArea>(
  country: string,
  intervals: readonly Interval<Area>[],
  { levels, ties }: { readonly levels: ReadonlyMap<string, Level>; readonly ties: TerritoryTie<Area>[] },
): ZipLevels {
  const sorted = [...intervals].sort((a, b) => compare(a.from, b.from) || compare(b.end, a.end));
  const points = [...new Set(sorted.flatMap(({ from, end }) => [from, end]))].sort(compare);
  let next = 0;
  let active: readonly Interval<Area>[] = [];
  const cut = points.map((point) => {
    active = active.filter(({ end }) => end > point);
    for (let one = sorted[next]; one !== undefined && one.from === point; one = sorted[next]) {
      for (const other of active) if (other.end < one.end) ties.push(...tiesBetween(other, one));
      // Later is narrower: of those with the same start the longer ones come first.
      active = [one, ...active];
      next += 1;
    }
    return active.flatMap((interval) => levels.get(zipKey(country, interval)) ?? []);
  });
  return { starts: points, levels: cut };
}

/** Zip areas that overlap, neither within the other. */
function tiesBetween<Area extends TerritoryArea>(one: Interval<Area>, other: Interval<Area>): readonly TerritoryTie<Area>[] {
  const ties: TerritoryTie<Area>[] = [];
  for (const first of one.areas) {
    const second = other.areas.find((area) => area.territory !== first.territory && canMeet(first, area));
    if (second !== undefined) ties.push({ first, second });
  }
  return ties;
}

function canMeet(a: TerritoryArea, b: TerritoryArea): boolean {
  const sameIndustry = a.industry === null || b.industry === null || a.industry === b.industry;
  return sameIndustry && (a.size === null || b.size === null || a.size === b.size);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
