/** Leads and facts for tests: all unknown, but for what a test says. */
import type { Facts } from '@lead-router/domain/facts.ts';
import type { Lead, Person } from '@lead-router/domain/lead.ts';
import { NOBODY } from '@lead-router/domain/lead-words.ts';

export function factsFor(known: Partial<Facts> = {}): Facts {
  return {
    vendor: 'vendor-a',
    channel: null,
    campaign: null,
    initiative: null,
    language: null,
    company: null,
    industry: null,
    employeeCount: null,
    annualRevenue: null,
    country: null,
    region: null,
    postalCode: null,
    city: null,
    territory: null,
    emailDomain: null,
    emailIsFree: false,
    hasValidEmail: false,
    hasValidPhone: false,
    webDomain: null,
    government: null,
    accountId: null,
    accountConfidence: null,
    emailIsDisposable: false,
    emailIsRole: false,
    phoneCountry: null,
    phoneType: null,
    timeZone: null,
    sector: null,
    sizeBand: null,
    segment: null,
    budget: null,
    authority: 'UNKNOWN',
    timeFrame: 'UNKNOWN',
    productInterest: [],
    topics: [],
    products: [],
    consentEmail: null,
    consentPhone: null,
    attributes: {},
    score: 0,
    grade: 'LOW_POTENTIAL',
    engagementScore: 0,
    engagementCount: 0,
    isQualified: false,
    ...known,
  };
}

export function leadFor(known: Partial<Lead> = {}): Lead {
  return {
    vendor: 'vendor-a',
    vendorReference: 'r-1',
    channel: null,
    campaign: null,
    initiative: null,
    language: null,
    createdAt: null,
    company: { name: null, website: null, industry: null, employeeCount: null, annualRevenue: null },
    location: { country: null, region: null, postalCode: null, city: null },
    qualification: { budget: null, authority: 'UNKNOWN', need: null, timeFrame: 'UNKNOWN', productInterest: [] },
    fulfilments: [],
    consent: { email: null, phone: null, proof: null, givenAt: null },
    attributes: {},
    ...known,
  };
}

export function personFor(known: Partial<Person> = {}): Person {
  return { ...NOBODY, ...known };
}
