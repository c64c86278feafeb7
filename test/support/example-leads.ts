/** Leads and facts for tests: all unknown, but for what a test says. */
import type { Facts } from '@lead-router/domain/facts.ts';
import type { Lead, Person } from '@lead-router/domain/lead.ts';
import { NOBODY } from '@lead-router/domain/lead-words.ts';
import { buildFacts } from '@lead-router/testkit/builders/test-rule-set.ts';

export function factsFor(known: Partial<Facts> = {}): Facts {
  return buildFacts({ vendor: 'vendor-a', grade: 'LOW_POTENTIAL', ...known });
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
