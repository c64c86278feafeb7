/** Leads for tests: all unknown, but for what a test says. */
import type { Enrichment, Lead } from '@lead-router/domain/lead.ts';

export function buildLead(known: Partial<Lead> = {}): Lead {
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

/** What enrichment gives of a lead of which nothing is known. */
export const NOTHING_FOUND: Enrichment = {
  emailDomain: null,
  emailIsFree: false,
  phoneCountry: null,
  webDomain: null,
  countryCode: null,
  regionCode: null,
  territory: null,
  government: null,
  accountId: null,
  accountName: null,
  industry: null,
  topics: [],
  products: [],
  hasValidEmail: false,
  hasValidPhone: false,
  emailIsDisposable: false,
  emailIsRole: false,
  phoneType: null,
  timeZone: null,
  sector: null,
  sizeBand: null,
  segment: null,
  language: null,
  accountConfidence: null,
  values: [],
  identities: [],
};
