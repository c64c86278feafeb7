/** The six departments' rules do what their descriptions say, rule by rule; whole stories are in departments-scenarios.test.ts. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { leadFor, personFor } from '../../../../test/support/example-leads.ts';
import { sampleRuleSet } from '../../../../test/support/sample-rule-set.ts';
import { evaluateLead } from '../evaluate-lead.ts';
import type { Lead, Person } from '../lead.ts';

const ruleSet = sampleRuleSet();
const hashIdentity = (text: string) => createHmac('sha256', 'key').update(text).digest('hex').slice(0, 32);

interface Case {
  readonly qualification?: Partial<Lead['qualification']>;
  readonly company?: Partial<Lead['company']>;
  readonly location?: Partial<Lead['location']>;
  readonly lead?: Partial<Lead>;
  readonly person?: Partial<Person>;
  readonly isQualified?: boolean;
}

function route(given: Case): { readonly pool: string; readonly rule: string; readonly grade: string } {
  const base = leadFor();
  const lead = leadFor({
    qualification: { ...base.qualification, ...given.qualification },
    company: { ...base.company, ...given.company },
    location: { ...base.location, ...given.location },
    ...given.lead,
  });
  const { facts } = evaluateLead(ruleSet, { lead, person: personFor(given.person), isQualified: given.isQualified ?? false, hashIdentity });
  const { rule } = ruleSet.matchRule(facts);
  return { pool: rule.to, rule: rule.ruleId, grade: facts.grade };
}

const HOT: Case = {
  qualification: { timeFrame: 'WITHIN_3_MONTHS', authority: 'DECIDES', budget: 150_000 },
  location: { country: 'US', region: 'Texas' },
  person: { email: 'jo@acme-widgets.example', phone: '(512) 555-0123' },
};

describe('the six departments', () => {
  it.each<[string, Case, string]>([
    ['a federal lead', { person: { email: 'jo@nasa.gov' } }, 'government-reps'],
    ['a state lead', { person: { email: 'jo@dot.ca.gov' } }, 'government-reps'],
    ['a key account by a typed name', { company: { name: 'Intl. Business Machines Corp' } }, 'key-account-desk'],
    ['the same, once qualified', { company: { name: 'Intl. Business Machines Corp' }, isQualified: true }, 'accounts-of-alice'],
    ['the account of another rep', { company: { name: 'Pfizer' }, isQualified: true }, 'accounts-of-anna'],
    ['a comment about an unsupported product', { ...HOT, person: { comments: 'our ClassicLine 200 is dead' } }, 'customer-service'],
    ['a complaint', { ...HOT, person: { comments: 'I want to complain about an invoice' } }, 'customer-service'],
    ['a hot lead', HOT, 'sales-south'],
    ['a hot lead in California', { ...HOT, location: { postalCode: '94105' } }, 'sales-west'],
    ['a hot lead in Ohio', { ...HOT, location: { country: 'USA', region: 'OH' } }, 'sales-central'],
    ['a hot lead in New York', { ...HOT, location: { country: 'USA', region: 'N.Y.' } }, 'sales-northeast'],
    ['a hot lead in Virginia', { ...HOT, location: { country: 'USA', region: 'virginia' } }, 'sales-mid-atlantic'],
    ['a hot lead abroad', { ...HOT, location: { country: 'Germany' } }, 'inside-sales'],
    ['a hot lead in Hawaii', { ...HOT, location: { country: 'US', region: 'HI' } }, 'rapid-response'],
    ['a hot lead with half a million', { ...HOT, qualification: { ...HOT.qualification, budget: 500_000 } }, 'enterprise-desk'],
    ['a callback at the weekend', { ...HOT, lead: { attributes: { callback: 'weekend' } } }, 'weekend-callback'],
    ['a callback now', { lead: { attributes: { callback: 'now' } } }, 'rapid-response'],
    [
      'high potential',
      { ...HOT, qualification: { timeFrame: 'WITHIN_3_MONTHS', authority: 'RECOMMENDS', budget: 1_000 } },
      'outbound-calls',
    ],
    ['missing answers', { person: { email: 'jo@acme-widgets.example' } }, 'information-desk'],
    ['low potential', { ...HOT, qualification: { timeFrame: 'WITHIN_3_MONTHS', authority: 'NONE', budget: 10 } }, 'web-shop'],
    ['a partner', { ...HOT, lead: { channel: 'partner' } }, 'partner-desk'],
    [
      'no urgency, opted in',
      {
        qualification: { timeFrame: 'LATER', authority: 'DECIDES' },
        lead: { consent: { email: true, phone: null, proof: 'form 7', givenAt: 1 } },
      },
      'nurture-campaigns',
    ],
    ['no urgency, not opted in', { qualification: { timeFrame: 'LATER', authority: 'DECIDES' } }, 'web-shop'],
    ['nobody to be reached', {}, 'final-decision-makers'],
  ])('gives %s to the right pool', (_name, given, pool) => {
    expect(route(given).pool).toBe(pool);
  });

  it('does not take a city for the government that the dedicated reps serve', () => {
    expect(route({ person: { email: 'jo@29palms.gov' } }).rule).toBe('need-information');
  });

  it('uses all six grades', () => {
    const grades = new Set([
      route(HOT).grade,
      route({ ...HOT, qualification: { timeFrame: 'WITHIN_3_MONTHS', authority: 'RECOMMENDS', budget: 1_000 } }).grade,
      route({}).grade,
      route({ ...HOT, qualification: { timeFrame: 'WITHIN_3_MONTHS', authority: 'NONE', budget: 10 } }).grade,
      route({ lead: { channel: 'partner' } }).grade,
      route({ qualification: { timeFrame: 'NONE', authority: 'DECIDES' } }).grade,
    ]);
    expect(grades.size).toBe(6);
  });

  it('hands a qualified lead to sales from any grade that came to the call center', () => {
    expect(route({ location: { country: 'US', region: 'TX' }, isQualified: true }).pool).toBe('sales-south');
  });

  it('keeps pools open around the clock, but for the one that shows waiting', () => {
    const withHours = [...ruleSet.pools.values()].filter((pool) => pool.hours !== null).map((pool) => pool.poolId);
    expect(withHours).toEqual(['weekend-callback']);
  });

  it('says why each rule before the match did not match', () => {
    const { facts } = evaluateLead(ruleSet, {
      lead: leadFor(),
      person: personFor({ email: 'jo@dot.ca.gov' }),
      isQualified: false,
      hashIdentity,
    });
    expect(ruleSet.traceRules(facts)).toEqual([
      { ruleId: 'unsupported-product', matched: false, reason: 'topics: none; without "unsupported-product"' },
      {
        ruleId: 'service-topic',
        matched: false,
        reason: 'none of: topics: none; without "support"; topics: none; without "billing"; topics: none; without "complaint"',
      },
      { ruleId: 'government', matched: true, reason: 'government is "STATE"' },
    ]);
  });
});
