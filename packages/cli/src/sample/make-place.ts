/** Where a sample lead is: a state in proportion to its telephones, a zip code that belongs to it, and its telephone numbers. */
import type { Location } from '@lead-router/contracts/generated/wire-types.ts';
import { type State, states } from './references.ts';
import { pickWeighted, type SeededRandom, type Weighted } from './seeded-random.ts';

/** A number of area codes grows with a state's people. */
const statesByPeople: Weighted<State> = states.map((state) => [state, state.areaCodes.length] as const);
const statesByRegion: ReadonlyMap<string, State> = new Map(states.map((state) => [state.region, state]));

const ABROAD: readonly Location[] = [
  { country: 'Canada', region: 'Ontario', postalCode: 'M5H 2N2', city: 'Toronto' },
  { country: 'Canada', region: 'BC', postalCode: 'V6B 1A1', city: 'Vancouver' },
  { country: 'GB', region: null, postalCode: 'EC1A 1BB', city: 'London' },
  { country: 'Germany', region: null, postalCode: '80331', city: 'München' },
  { country: 'MX', region: 'CDMX', postalCode: '06000', city: 'Ciudad de México' },
];

const COUNTRY_AS_TYPED: Weighted<string | null> = [
  ['US', 55],
  ['USA', 20],
  ['United States', 15],
  [null, 10],
];

/** Exchanges 200 to 999 without N11: no number is an emergency number, each is a valid one. */
const EXCHANGES = Array.from({ length: 800 }, (_, index) => 200 + index).filter((exchange) => exchange % 100 !== 11);
const SUBSCRIBERS = EXCHANGES.length * 10_000;
/** Shares no factor with SUBSCRIBERS, so that the first 7.9 million numbers differ from each other whatever the area code. */
const STRIDE = 2_718_281;

/** @param region two letters; null or unknown: any state */
export function stateFor(region: string | null, random: SeededRandom): State {
  return statesByRegion.get(region ?? '') ?? pickWeighted(random, statesByPeople);
}

export function placeIn(state: State, random: SeededRandom): Location {
  const [from, to] = random.pick(state.zipPrefixes);
  const zip = String(from + random.below(to - from + 1)).padStart(3, '0') + String(1 + random.below(98)).padStart(2, '0');
  return {
    country: pickWeighted(random, COUNTRY_AS_TYPED),
    region: random.chance(0.7) ? state.region : state.name,
    postalCode: random.chance(0.1) ? `${zip}-${1000 + random.below(9000)}` : zip,
    city: random.pick(state.cities),
  };
}

export function placeAbroad(random: SeededRandom): Location {
  return random.pick(ABROAD);
}

/** A valid number of the state, in one of the ways people write it. `serial` makes it unlike that of every other serial below 7.9 million. */
export function phoneIn(state: State, serial: number, random: SeededRandom): string {
  const subscriber = (serial * STRIDE) % SUBSCRIBERS;
  const exchange = EXCHANGES[Math.floor(subscriber / 10_000)] ?? 200;
  const line = String(subscriber % 10_000).padStart(4, '0');
  const area = random.pick(state.areaCodes);
  return pickWeighted(random, [
    [`(${area}) ${exchange}-${line}`, 35],
    [`${area}-${exchange}-${line}`, 30],
    [`+1 ${area} ${exchange} ${line}`, 15],
    [`${area}${exchange}${line}`, 12],
    [`1.${area}.${exchange}.${line}`, 8],
  ]);
}
