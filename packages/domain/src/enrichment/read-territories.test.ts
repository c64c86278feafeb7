/** Territories: which area counts for a lead, held against a plain comparison of all areas, and which areas cannot stand beside each other. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entriesOf, openDocument } from '../rule-set/document.ts';
import { readTables } from '../rule-set/reference-table.ts';
import { readTerritories } from './read-territories.ts';
import type { TerritoryQuestion } from './territory-book.ts';

const NOWHERE: TerritoryQuestion = { country: null, region: null, postalCode: null, industries: [], size: null };

function read(section: unknown, tables: unknown = {}, files: Readonly<Record<string, string>> = {}) {
  const { document, root } = openDocument(JSON.stringify({ tables, territories: section }, null, 1));
  const places = new Map((entriesOf(document, root) ?? []).map(({ key, value }) => [key, value]));
  const known = readTables(document, places.get('tables') ?? null, new Map(Object.entries(files)));
  const territories = readTerritories(document, places.get('territories') ?? null, { tables: known, short: null });
  return { territories, faults: document.faults };
}

function ask(
  section: unknown,
  question: Partial<TerritoryQuestion>,
  ...more: [unknown?, Readonly<Record<string, string>>?]
): string | undefined {
  const { territories, faults } = read(section, ...more);
  expect(faults).toEqual([]);
  return territories?.find({ ...NOWHERE, ...question })?.territory;
}

const areas = {
  areas: [
    { territory: 'world' },
    { territory: 'usa', countries: ['US'] },
    { territory: 'west', states: ['CA', 'Oregon'] },
    { territory: 'west-banks', states: ['CA'], industries: ['Financials'] },
    { territory: 'west-large', states: ['CA'], sizes: ['LARGE', 'ENTERPRISE'] },
    { territory: 'west-large-banks', states: ['CA'], industries: ['Financials'], sizes: ['LARGE', 'ENTERPRISE'] },
    { territory: 'bay', zips: ['940..945'] },
    { territory: 'oakland', zips: ['94601..94621', '94577'] },
    { territory: 'dach', countries: ['DE', 'Austria', 'CH'] },
    { territory: 'london', countries: ['GB'], zips: ['SW', 'EC1'] },
    { territory: 'ontario', states: ['CA-ON'] },
  ],
};

describe('the most specific area', () => {
  it.each([
    [{ country: 'US', region: 'CA', postalCode: '94610' }, 'oakland'],
    [{ country: 'US', region: 'CA', postalCode: '94577-1234' }, 'oakland'],
    [{ country: 'US', region: 'CA', postalCode: '94110' }, 'bay'],
    [{ country: 'US', region: 'CA', postalCode: '90210' }, 'west'],
    [{ country: 'US', region: 'CA', industries: ['financials'] }, 'west-banks'],
    [{ country: 'US', region: 'CA', size: 'LARGE' }, 'west-large'],
    [{ country: 'US', region: 'CA', size: 'LARGE', industries: ['unheard of', 'financials'] }, 'west-large-banks'],
    [{ country: 'US', region: 'CA', size: 'SMALL' }, 'west'],
    [{ country: 'US', region: 'OR', size: 'LARGE' }, 'west'],
    [{ country: 'US', region: 'TX' }, 'usa'],
    [{ country: 'AT' }, 'dach'],
    [{ country: 'GB', postalCode: 'SW1A1AA' }, 'london'],
    [{ country: 'GB', postalCode: 'M11AE' }, 'world'],
    [{ country: 'CA', region: 'ON' }, 'ontario'],
    [{ country: 'CA', region: 'QC' }, 'world'],
    [{}, 'world'],
  ])('of %j is %s', (question, territory) => {
    expect(ask(areas, question)).toBe(territory);
  });

  it('is read from a table, several values in a cell, ranges in one column or two', () => {
    const csv =
      'name,country,state,from,to,industry,size\nwest,,CA;OR,,,,\nbay,,CA,94000,94999,,\nbanks,,CA;OR,,,Financials,LARGE;ENTERPRISE\ndach,DE;AT,,,,,\n';
    const section = {
      fromTable: { table: 't', territory: 'name', country: 'country', state: 'state', zip: 'from..to', industry: 'industry', size: 'size' },
    };
    const tables = { t: { csv: 't.csv', key: 'name' } };
    const found = (question: Partial<TerritoryQuestion>) => ask(section, question, tables, { 't.csv': csv });
    expect(found({ country: 'US', region: 'CA', postalCode: '94501' })).toBe('bay');
    expect(found({ country: 'US', region: 'OR', postalCode: '97201' })).toBe('west');
    expect(found({ country: 'US', region: 'OR', industries: ['financials'], size: 'LARGE' })).toBe('banks');
    expect(found({ country: 'AT' })).toBe('dach');
    expect(found({ country: 'FR' })).toBeUndefined();
  });

  it('is what a comparison of all areas finds', () => {
    const digits = fc.stringMatching(/^[12]{1,3}$/);
    const zips = fc.oneof(
      digits,
      fc.tuple(digits, digits).map(([a, b]) => [a, b].sort().join('..')),
    );
    const words = fc.subarray(['i', 'j'], { minLength: 1, maxLength: 1 });
    const area = fc.record(
      {
        territory: fc.constantFrom('a', 'b', 'c', 'd'),
        zips: fc.array(zips, { minLength: 1, maxLength: 2 }),
        industries: words,
        sizes: fc.constant(['LARGE']),
      },
      { requiredKeys: ['territory', 'zips'] },
    );
    const asked = fc.record({
      postalCode: fc.stringMatching(/^[12]{3}$/),
      industries: fc.subarray(['i', 'j', 'k'], { maxLength: 1 }),
      size: fc.constantFrom('LARGE', 'SMALL'),
    });
    let compared = 0;
    fc.assert(
      fc.property(fc.array(area, { maxLength: 5 }), asked, (given, question) => {
        const { territories, faults } = read({ areas: given });
        if (faults.length > 0) return;
        compared += 1;
        const one = { ...NOWHERE, ...question, country: 'US' };
        expect(territories?.find(one)?.territory).toBe(bestOf(given, one));
      }),
      { numRuns: 2_000 },
    );
    expect(compared).toBeGreaterThan(300);
  });
});

interface PlainArea {
  readonly territory: string;
  readonly zips: readonly string[];
  readonly industries?: readonly string[];
  readonly sizes?: readonly string[];
}

/** Every code of three digits is tried: the area of the fewest codes, then of the most terms. */
function bestOf(given: readonly PlainArea[], question: TerritoryQuestion): string | undefined {
  const all = [...Array(8).keys()].map((bits) => [4, 2, 1].map((bit) => ((bits & bit) === 0 ? '1' : '2')).join(''));
  const holds = (zip: string, code: string): boolean => {
    const [from = '', to = from] = zip.split('..');
    return code >= from && (code <= to || code.startsWith(to));
  };
  const fitting = given
    .filter(
      ({ industries, sizes }) =>
        (industries?.every((one) => question.industries.includes(one)) ?? true) && (sizes?.includes(question.size ?? '') ?? true),
    )
    .flatMap((area) =>
      area.zips
        .filter((zip) => holds(zip, question.postalCode ?? ''))
        .map((zip) => ({ area, size: all.filter((code) => holds(zip, code)).length, zip })),
    );
  const terms = ({ area }: (typeof fitting)[number]): number => (area.industries ? 1 : 0) + (area.sizes ? 1 : 0);
  // Areas of the same codes are told apart by how they are written: 11 and 111..112 are not the same interval of texts.
  const width = ({ zip, size }: (typeof fitting)[number]): number =>
    size * 1_000 - (zip.split('..')[0] ?? '').length * 10 - (zip.split('..').at(-1) ?? '').length;
  return [...fitting].sort((a, b) => width(a) - width(b) || terms(b) - terms(a))[0]?.area.territory;
}

describe('faults of territories', () => {
  const told = (...given: readonly object[]) =>
    read({ areas: given }).faults.map(({ path, line, message }) => `${path}:${line}: ${message}`);

  it('are areas of which neither is the more specific one, with both lines', () => {
    expect(told({ territory: 'a', states: ['CA'] }, { territory: 'b', states: ['California'] })).toEqual([
      'territories.areas[1]:11: territory "b" (US-CA) and "a" (US-CA, line 5) are equally specific, and a lead can be in both: make one of them narrower, or add an area for what they share',
    ]);
    expect(told({ territory: 'a', zips: ['100..200'] }, { territory: 'b', zips: ['150..300'] })).toHaveLength(1);
    expect(told({ territory: 'a', states: ['CA'], industries: ['X'] }, { territory: 'b', states: ['CA'], sizes: ['LARGE'] })).toHaveLength(
      1,
    );
  });

  it('are none where one is narrower, they never meet, or they say the same', () => {
    expect(told({ territory: 'a', zips: ['100..200'] }, { territory: 'b', zips: ['150..160'] })).toEqual([]);
    expect(
      told({ territory: 'a', zips: ['100..200'], industries: ['X'] }, { territory: 'b', zips: ['150..300'], industries: ['Y'] }),
    ).toEqual([]);
    expect(told({ territory: 'a', states: ['CA'] }, { territory: 'a', states: ['CA', 'OR'] })).toEqual([]);
  });

  it.each([
    [{ countries: ['Atlantis'] }, 'territories.areas[0].countries[0]', '"Atlantis" is not a country'],
    [{ states: ['ZZ'] }, 'territories.areas[0].states[0]', '"ZZ" is no state or province of US'],
    [{ countries: ['DE'], states: ['BY'] }, 'territories.areas[0].states[0]', 'states are known of US and CA'],
    [{ countries: ['US', 'CA'], states: ['ON'] }, 'territories.areas[0]', 'of which of these countries'],
    [{ states: ['CA'], zips: ['945'] }, 'territories.areas[0]', 'either "states" or "zips"'],
    [{ zips: ['945..944'] }, 'territories.areas[0].zips[0]', 'is no zip code'],
    [{ zips: ['SW1'] }, 'territories.areas[0].zips[0]', 'is no zip code'],
    [{ sizes: ['LARG'] }, 'territories.areas[0].sizes[0]', 'did you mean "LARGE"?'],
    [{ state: ['CA'] }, 'territories.areas[0].state', 'unknown key "state": did you mean "states"?'],
  ])('%j', (area, path, message) => {
    const { faults } = read({ areas: [{ territory: 'a', ...area }] });
    expect(faults[0]).toMatchObject({ path, message: expect.stringContaining(message) });
  });

  it('of a table stand at its cells', () => {
    const { faults } = read(
      { fromTable: { table: 't', territory: 'name', state: 'state' } },
      { t: { csv: 't.csv', key: 'state' } },
      { 't.csv': 'state,name\nCA,west\nCX,west\nNY,\n' },
    );
    expect(faults.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`)).toEqual([
      't.csv:4:4 column "name" is empty: which territory is this?',
      't.csv:3:1 "CX" is no state or province of US',
    ]);
  });
});
