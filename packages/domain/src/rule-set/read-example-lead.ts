/** The lead of an example: the fields of the API, as many as matter; times say how long ago. */
import type { Lead, Person } from '../lead.ts';
import { AUTHORITIES, NOBODY, TIME_FRAMES } from '../lead-words.ts';
import {
  booleanOf,
  entriesOf,
  type Fields,
  fieldsOf,
  itemsOf,
  numberOf,
  oneOf,
  type Place,
  type RuleSetDocument,
  report,
  textOf,
} from './document.ts';
import { durationOf } from './duration.ts';
import type { ExampleLead } from './example.ts';

const OWN = ['vendor', 'vendorReference', 'channel', 'campaign', 'initiative', 'language', 'attributes'];
const PARTS = ['person', 'company', 'location', 'qualification', 'consent'];
const SINCE = ['isQualified', 'engaged'];
const COMPANY = ['name', 'website', 'industry', 'employeeCount', 'annualRevenue'];
const LOCATION = ['country', 'region', 'postalCode', 'city'];
const QUALIFICATION = ['budget', 'authority', 'need', 'timeFrame', 'productInterest'];
const CONSENT = ['email', 'phone', 'proof'];

/** `found` is what enrichment adds, so nobody says it. */
const PERSON = Object.keys(NOBODY).filter((name) => name !== 'found');

const MONEY = { min: 0, max: 1e15, integer: false } as const;
const COUNT = { min: 0, max: 100_000_000, integer: true } as const;
const TIMES = { min: 1, max: 1_000, integer: true } as const;

/** Every field that an example's lead can have, as dotted paths. */
export const EXAMPLE_LEAD_PATHS: readonly string[] = [
  ...OWN,
  ...PERSON.map((name) => `person.${name}`),
  ...COMPANY.map((name) => `company.${name}`),
  ...LOCATION.map((name) => `location.${name}`),
  ...QUALIFICATION.map((name) => `qualification.${name}`),
  ...CONSENT.map((name) => `consent.${name}`),
];

/** null when there is nothing that could be read as a lead; what is wrong is reported. */
export function readExampleLead(document: RuleSetDocument, place: Place): ExampleLead | null {
  const fields = fieldsOf(document, place, { optional: [...OWN, ...PARTS, ...SINCE] });
  if (fields === null) return null;
  const text = textReader(document, fields);
  const lead: Lead = {
    vendor: text('vendor') ?? 'example',
    vendorReference: text('vendorReference') ?? 'example',
    channel: text('channel'),
    campaign: text('campaign'),
    initiative: text('initiative'),
    language: text('language'),
    createdAt: null,
    ...readParts(document, fields),
    fulfilments: [],
    attributes: readAttributes(document, fields.get('attributes')),
  };
  return {
    lead,
    person: readPerson(document, fields.get('person')),
    isQualified: booleanOf(document, fields.get('isQualified')) ?? false,
    engaged: readEngaged(document, fields.get('engaged')),
  };
}

function readParts(document: RuleSetDocument, fields: Fields): Pick<Lead, 'company' | 'location' | 'qualification' | 'consent'> {
  const company = partOf(document, fields.get('company'), COMPANY);
  const location = partOf(document, fields.get('location'), LOCATION);
  const qualification = partOf(document, fields.get('qualification'), QUALIFICATION);
  const consent = partOf(document, fields.get('consent'), CONSENT);
  const ofCompany = textReader(document, company);
  const ofLocation = textReader(document, location);
  const ofAnswers = textReader(document, qualification);
  return {
    company: {
      name: ofCompany('name'),
      website: ofCompany('website'),
      industry: ofCompany('industry'),
      employeeCount: numberOf(document, company?.get('employeeCount') ?? null, COUNT),
      annualRevenue: numberOf(document, company?.get('annualRevenue') ?? null, MONEY),
    },
    location: {
      country: ofLocation('country'),
      region: ofLocation('region'),
      postalCode: ofLocation('postalCode'),
      city: ofLocation('city'),
    },
    qualification: {
      budget: numberOf(document, qualification?.get('budget') ?? null, MONEY),
      authority: oneOf(document, qualification?.get('authority') ?? null, AUTHORITIES) ?? 'UNKNOWN',
      need: ofAnswers('need'),
      timeFrame: oneOf(document, qualification?.get('timeFrame') ?? null, TIME_FRAMES) ?? 'UNKNOWN',
      productInterest: itemsOf(document, qualification?.get('productInterest') ?? null).flatMap((item) => textOf(document, item) ?? []),
    },
    consent: {
      email: booleanOf(document, consent?.get('email') ?? null),
      phone: booleanOf(document, consent?.get('phone') ?? null),
      proof: textReader(document, consent)('proof'),
      givenAt: null,
    },
  };
}

function partOf(document: RuleSetDocument, place: Place | null, keys: readonly string[]): Fields | null {
  return place === null ? null : fieldsOf(document, place, { optional: keys });
}

function textReader(document: RuleSetDocument, fields: Fields | null): (name: string) => string | null {
  return (name) => textOf(document, fields?.get(name) ?? null);
}

function readPerson(document: RuleSetDocument, place: Place | null): Person | null {
  const fields = partOf(document, place, PERSON);
  if (fields === null) return null;
  const said = PERSON.map((name) => [name, textOf(document, fields.get(name))]);
  return { ...NOBODY, ...Object.fromEntries(said) };
}

function readAttributes(document: RuleSetDocument, place: Place | null): Readonly<Record<string, string>> {
  if (place === null) return {};
  return Object.fromEntries((entriesOf(document, place) ?? []).map(({ key, value }) => [key, textOf(document, value) ?? '']));
}

/** `{ what: clicked, ago: 2d, times: 3 }` */
function readEngaged(document: RuleSetDocument, place: Place | null): ExampleLead['engaged'] {
  return itemsOf(document, place).flatMap((item) => {
    const fields = fieldsOf(document, item, { required: ['what'], optional: ['ago', 'times'] });
    const what = textOf(document, fields?.get('what') ?? null);
    const ago = fields?.get('ago') ?? null;
    if (what === null) return [];
    if (what.trim() === '') report(document, item, { message: '"what" is what the person did: opened, clicked, visited' });
    return [{ what, agoMs: durationOf(document, ago) ?? 0, times: numberOf(document, fields?.get('times') ?? null, TIMES) ?? 1 }];
  });
}
