/** Enrichment with the sample's real tables: what is found, from where, and that no input can break it. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadFor, personFor } from '../../../../test/support/example-leads.ts';
import { sampleRuleSet } from '../../../../test/support/sample-rule-set.ts';
import type { Enrichment, Lead, Person } from '../lead.ts';

const ruleSet = sampleRuleSet();
const hash = (text: string) => createHmac('sha256', 'key').update(text).digest('hex').slice(0, 32);

function enrich(lead: Partial<Lead>, person: Partial<Person> | null = {}): Enrichment {
  return ruleSet.enrich(leadFor(lead), person === null ? null : personFor(person), hash).enrichment;
}

const location = (known: Partial<Lead['location']>): Partial<Lead> => ({
  location: { country: null, region: null, postalCode: null, city: null, ...known },
});
const company = (known: Partial<Lead['company']>): Partial<Lead> => ({
  company: { name: null, website: null, industry: null, employeeCount: null, annualRevenue: null, ...known },
});

describe('mail, phone and identities', () => {
  it.each([
    ['Ann@Example.COM', 'example.com', false],
    [' mailto:ann@gmail.com ', 'gmail.com', true],
    ['ann@sub.b\u00fccher.de', 'sub.xn--bcher-kva.de', false],
    ['\u00f8ystein@example.no', 'example.no', false],
  ])('reads %s', (email, domain, isFree) => {
    expect(enrich({}, { email })).toMatchObject({ hasValidEmail: true, emailDomain: domain, emailIsFree: isFree });
  });

  it.each([
    '',
    'ann',
    '@x.com',
    'ann@',
    'ann@localhost',
    'a b@x.com',
    'ann@x..com',
    'ann@-x.com',
    '.ann@x.com',
    'ann@x.c0m',
    `${'a'.repeat(65)}@x.com`,
    'ann@[1.2.3.4]',
  ])('does not take "%s" for a mail address', (email) => {
    expect(enrich({}, { email })).toMatchObject({ hasValidEmail: false, emailDomain: null, identities: [] });
  });

  it('knows one person by mail and phone in any writing, without keeping either', () => {
    const first = enrich(location({ country: 'US' }), { email: 'Ann@Example.com', phone: '(212) 555-2368' });
    const second = enrich(location({ country: 'United States' }), { email: ' ann@example.com', phone: '+1 212 555 2368' });
    expect(first.identities).toEqual([hash('email:ann@example.com'), hash('phone:+12125552368')].sort());
    expect(second.identities).toEqual(first.identities);
    expect(JSON.stringify(first)).not.toMatch(/ann@|2368/i);
    expect(first.phoneCountry).toBe('US');
  });

  it('tells disposable addresses and those of a function, and the type of the phone', () => {
    expect(enrich({}, { email: 'info@acme.example', phone: '800 234 5678' })).toMatchObject({
      emailIsRole: true,
      emailIsDisposable: false,
      phoneType: 'TOLL_FREE',
    });
    expect(enrich({}, { phone: '212 555 2368' })).toMatchObject({ hasValidPhone: true, phoneType: null, phoneCountry: 'US' });
    expect(enrich({}, { email: 'x@mailinator.com', phone: '+49 151 23456789' })).toMatchObject({
      emailIsRole: false,
      emailIsDisposable: true,
      phoneType: 'MOBILE',
      phoneCountry: 'DE',
    });
  });

  it('asks for the language only if the rule set does', () => {
    expect(enrich({}, { comments: 'Wir brauchen ein Angebot f\u00fcr 50 Telefone bis Ende des Monats.' }).language).toBeNull();
  });

  it('takes the mobile number for an identity too', () => {
    const { identities } = enrich({}, { phone: '212 555 2368', mobile: '+49 151 23456789' });
    expect(identities).toEqual([hash('phone:+12125552368'), hash('phone:+4915123456789')].sort());
  });

  it('adds name and numbers to the person, and leaves what was said', () => {
    const said = personFor({ fullName: 'DR. ANN LEE', phone: '(212) 555-2368', mobile: '+49 151 23456789' });
    const { enrichment, person } = ruleSet.enrich(leadFor(location({ country: 'US' })), said, hash);
    expect(person).toEqual({
      ...said,
      found: {
        name: { title: 'Dr.', given: 'Ann', middle: null, family: 'Lee', suffix: null, source: 'full name', confidence: 0.85 },
        phones: [
          { field: 'phone', number: '+12125552368', region: 'US', type: null, source: "phone number, lead's country", confidence: 0.9 },
          { field: 'mobile', number: '+4915123456789', region: 'DE', type: 'MOBILE', source: 'phone number', confidence: 0.95 },
        ],
      },
    });
    expect(JSON.stringify(enrichment)).not.toMatch(/Ann|Lee|2368|3456789/);
  });

  it('gives no person where it found nothing that is not there already, and takes back what holds no more', () => {
    const found = ruleSet.enrich(leadFor({}), personFor({ phone: '+1 212 555 2368' }), hash).person;
    expect(found?.found?.phones).toHaveLength(1);
    expect(ruleSet.enrich(leadFor({}), found ?? null, hash).person).toBeUndefined();
    expect(ruleSet.enrich(leadFor({}), personFor({ firstName: 'Ann', lastName: 'Lee', phone: '1' }), hash).person).toBeUndefined();
    expect(ruleSet.enrich(leadFor({}), personFor({ ...found, phone: null }), hash).person).toMatchObject({ found: null });
  });

  it('enriches a lead without a person', () => {
    expect(enrich({}, null)).toMatchObject({ identities: [], hasValidEmail: false, hasValidPhone: false });
  });
});

describe('places', () => {
  it.each([
    ['USA', 'ca', null, 'US', 'CA', 'WEST'],
    ['U.S.A.', 'Calif.', null, 'US', 'CA', 'WEST'],
    [null, null, '10001-1234', 'US', 'NY', 'NORTHEAST'],
    ['united states', null, '73301', 'US', 'TX', 'SOUTH'],
    ['us', 'washington, d.c.', null, 'US', 'DC', 'MID_ATLANTIC'],
    ['us', 'Atlantis', '60601', 'US', 'IL', 'CENTRAL'],
    ['us', null, '09012', 'US', null, null],
    ['Deutschland', 'Bayern', '80331', 'DE', null, null],
    ['C\u00f4te d\u2019Ivoire', null, null, 'CI', null, null],
    ['GBR', null, null, 'GB', null, null],
    ['canada', 'Qu\u00e9bec', 'H2X', 'CA', 'QC', null],
    ['canada', null, 'V6B 2W9', 'CA', 'BC', null],
    ['Nowhere', 'CA', null, 'US', 'CA', 'WEST'],
  ])('%s, %s, %s is %s-%s in %s', (...[country, region, postalCode, countryCode, regionCode, territory]) => {
    expect(enrich(location({ country, region, postalCode }))).toMatchObject({ countryCode, regionCode, territory });
  });

  it('takes the time zone of the zip code, else of the state, else of the country', () => {
    const zone = (known: Partial<Lead['location']>) => {
      const { timeZone, values } = enrich(location(known));
      return [timeZone, values.find(({ field }) => field === 'timeZone')?.source];
    };
    expect(zone({ country: 'US', region: 'Florida', postalCode: '32501' })).toEqual(['America/Chicago', 'postal code']);
    expect(zone({ country: 'US', region: 'Florida', postalCode: '33101' })).toEqual(['America/New_York', 'region']);
    expect(zone({ country: 'Germany' })).toEqual(['Europe/Berlin', 'country']);
    expect(zone({ country: 'US' })).toEqual([null, undefined]);
  });

  it('takes the country from the phone number when nothing else says it, with less confidence', () => {
    const enrichment = enrich({}, { phone: '+44 20 7946 0958' });
    expect(enrichment.countryCode).toBe('GB');
    expect(enrichment.values.find((value) => value.field === 'countryCode')).toEqual({
      field: 'countryCode',
      value: 'GB',
      source: 'phone number',
      confidence: 0.8,
    });
  });
});

describe('government, accounts, industries, topics', () => {
  it.each([
    ['clerk@mail.house.gov', 'FEDERAL'],
    ['jo@sos.ca.gov', 'STATE'],
    ['jo@29palms.gov', 'LOCAL'],
    ['jo@not-a-registered-one.gov', null],
    ['jo@example.com', null],
  ])('%s is %s', (email, government) => {
    expect(enrich({}, { email }).government).toBe(government);
  });

  it('takes the website for a government when the mail is none, with less confidence', () => {
    const { government, values } = enrich(company({ website: 'https://www.nasa.gov/about' }), { email: 'jo@gmail.com' });
    expect(government).toBe('FEDERAL');
    expect(values.find((value) => value.field === 'government')?.confidence).toBe(0.8);
  });

  it.each([
    ['Intl. Business Machines Corp', 'IBM'],
    ['INTERNATIONAL BUS. MACH. CORPORATION', 'IBM'],
    ['I.B.M.', 'IBM'],
    ['The Coca Cola Co.', 'KO'],
    ['coca-cola company', 'KO'],
    ['Johnson and Johnson, Inc.', 'JNJ'],
    ['JP Morgan Chase & Co', 'JPM'],
    ['ESTEE LAUDER COS', 'EL'],
    ['Alphabet Inc', 'GOOGL'],
    ['A.O. Smith', 'AOS'],
    ['O\u2019Reilly Automotive', 'ORLY'],
    ['Texas Instruments Incorporated', 'TXN'],
    ['Acme Widgets', null],
    ['Inc.', null],
    ['', null],
  ])('company "%s" is account %s', (name, accountId) => {
    expect(enrich(company({ name })).accountId).toBe(accountId);
  });

  it('finds an account by the domain of mail or website before the name', () => {
    expect(enrich({}, { email: 'jo@us.ibm.com' })).toMatchObject({
      accountId: 'IBM',
      accountName: 'IBM',
      industry: 'Information Technology',
    });
    expect(enrich(company({ website: 'www.microsoft.com', name: 'IBM' })).accountId).toBe('MSFT');
  });

  it('takes a name that is similar with less confidence, and says why', () => {
    const found = enrich(company({ name: 'Microsfot Corp' }));
    expect(found).toMatchObject({ accountId: 'MSFT', accountConfidence: 0.71 });
    expect(found.values.find(({ field }) => field === 'accountId')?.source).toBe(
      'table key-accounts, similar company name: 1 letter off "Microsoft"',
    );
    expect(enrich(company({ name: 'Microsoft' })).accountConfidence).toBe(0.85);
    expect(enrich(company({ name: 'Acme Widgets' })).accountConfidence).toBeNull();
  });

  it('tells sector, size and segment', () => {
    const found = enrich(company({ name: 'Ohio State University', industry: 'higher education', employeeCount: 4_000 }));
    expect(found).toMatchObject({ sector: 'Educational Services', sizeBand: 'LARGE', segment: 'EDUCATION', government: null });
    expect(enrich(company({ name: 'City of Austin' }))).toMatchObject({ government: 'LOCAL', segment: 'GOVERNMENT' });
    expect(enrich(company({ name: 'IBM' })).sector).toBe('Information');
  });

  it('translates the industry that a lead says', () => {
    expect(enrich(company({ industry: ' Banking ' })).industry).toBe('Financials');
    expect(enrich(company({ industry: 'beekeeping' })).industry).toBeNull();
  });

  it('finds topics as whole words in comments, notes and need', () => {
    const need = {
      qualification: { budget: null, authority: 'UNKNOWN', need: 'a PBX', timeFrame: 'UNKNOWN', productInterest: [] },
    } as const;
    const found = enrich(need, {
      comments: 'Our ClassicLine-200 is NOT   working; what would demonstrations cost?',
      notes: 'wants a Quote',
    });
    expect(found.topics).toEqual(['pricing', 'support', 'unsupported-product', 'voice']);
    expect(enrich({}, { comments: 'priceless demographics' }).topics).toEqual([]);
  });
});

describe('any lead at all', () => {
  const text = fc.option(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: 'grapheme', maxLength: 80 }),
      fc.emailAddress(),
      fc.webUrl(),
      fc.string({ unit: fc.constantFrom('+', '1', '2', ' ', '-', '(', 'x'), maxLength: 30 }),
    ),
    { nil: null },
  );
  const person = fc.record({
    firstName: text,
    lastName: text,
    jobTitle: text,
    email: text,
    phone: text,
    mobile: text,
    fax: text,
    street: text,
    comments: text,
    notes: text,
    fullName: text,
    found: fc.constant(null),
  });
  const lead = fc
    .record({
      company: fc.record({
        name: text,
        website: text,
        industry: text,
        employeeCount: fc.constant(null),
        annualRevenue: fc.option(fc.double(), { nil: null }),
      }),
      location: fc.record({ country: fc.oneof(text, fc.constantFrom('US', 'CA')), region: text, postalCode: text, city: text }),
    })
    .map(leadFor);

  const ADDED = [
    ...(['emailDomain', 'webDomain', 'phoneCountry', 'phoneType', 'countryCode', 'regionCode', 'territory', 'timeZone'] as const),
    ...(['government', 'accountId', 'accountName', 'industry', 'sector', 'sizeBand', 'segment', 'language'] as const),
  ];

  it('gives an enrichment, the same each time, each of whose values says where it comes from', () => {
    fc.assert(
      fc.property(lead, fc.option(person, { nil: null }), (one, who) => {
        const { enrichment } = ruleSet.enrich(one, who, hash);
        expect(ruleSet.enrich(one, who, hash).enrichment).toEqual(enrichment);
        expect(enrichment.identities).toEqual([...new Set(enrichment.identities)].sort());
        for (const value of enrichment.values) {
          expect(value.source).not.toBe('');
          expect(value.confidence > 0 && value.confidence <= 1).toBe(true);
        }
        for (const field of ADDED) {
          const said = enrichment.values.filter((value) => value.field === field).map(({ value }) => value);
          expect(said, field).toEqual(enrichment[field] === null ? [] : [enrichment[field]]);
        }
        const scoring = ruleSet.score(one, enrichment, { isQualified: false });
        expect(scoring.score).toBe(scoring.reasons.reduce((sum, reason) => sum + reason.points, 0));
      }),
      { numRuns: 300 },
    );
  });
});
