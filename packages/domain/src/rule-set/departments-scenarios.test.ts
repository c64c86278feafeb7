/**
 * Stories over the real rules of `npm start`: each grade reaches its department, answers and clicks bring leads back, and nobody reaches
 * sales who has no interest now or nothing to say. The whole core decides; only wire and store are left out.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadFor, personFor } from '../../../../test/support/example-leads.ts';
import { Office } from '../../../../test/support/office.ts';
import { sampleRuleSet } from '../../../../test/support/sample-rule-set.ts';
import {
  answering,
  BUYS_SOON,
  inTexas,
  NO_ANSWERS,
  noting,
  optedIn,
  reachable,
  workingFor,
} from '../../../../test/support/scenario-leads.ts';
import { evaluateLead } from '../evaluate-lead.ts';
import type { Grade, Lead } from '../lead.ts';
import { AUTHORITIES, TIME_FRAMES } from '../lead-words.ts';
import type { Destination } from '../rule-set.ts';

const ruleSet = sampleRuleSet();
/** A Tuesday afternoon. */
const START = Date.UTC(2026, 10, 24, 20);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const openOffice = () => new Office({ ruleSet, now: START });
const hot = { ...inTexas, qualification: BUYS_SOON };

describe('the three rules in front', () => {
  it('give federal and state leads to the two government reps in turn, by domain or by name, and a city to neither', () => {
    const office = openOffice();
    office.submit('nasa', {}, 'jo@nasa.gov').submit('dot', {}, 'jo@dot.ca.gov').submit('city', {}, 'jo@29palms.gov');
    office.submit('ohio', workingFor('State of Ohio')).submit('port', workingFor('Port Authority of Somewhere'));
    const owners = ['nasa', 'dot', 'ohio', 'port'].map((name) => office.world.lead(name).agentId);
    expect(owners[0]).not.toBe(owners[1]);
    expect(owners).toEqual([owners[0], owners[1], owners[0], owners[1]]);
    expect(new Set(owners)).toEqual(new Set(['grace', 'george']));
    expect(office.world.lead('city').poolId).toBe('information-desk');
  });

  it('give a key account typed by hand to the call center, and once qualified to its own rep, with the notes of the call', () => {
    const office = openOffice().submit('lead', workingFor('Intl. Business Machines Corp'));
    expect(office.world.lead('lead')).toMatchObject({ poolId: 'key-account-desk', destinationId: 'call-center' });
    office.pass(5 * MINUTE_MS).report('lead', 'ACCEPTED');
    office.pass(MINUTE_MS).report('lead', 'QUALIFIED', { person: noting('Wants forty phones in spring.') });
    expect(office.world.lead('lead')).toMatchObject({ poolId: 'accounts-of-alice', agentId: 'alice', decidedAt: office.world.now });
    expect(office.data('lead').person?.notes).toContain('Wants forty phones in spring.');
  });

  it('have another rep cover for one who declines', () => {
    const office = openOffice()
      .submit('lead', workingFor('IBM'))
      .report('lead', 'QUALIFIED')
      .report('lead', 'DECLINED', { reason: 'busy' });
    expect(office.world.lead('lead')).toMatchObject({ poolId: 'key-account-reps', formerAgents: ['alice'] });
  });

  it('give whoever writes of an unsupported product to customer service, and one mail that needs no opt-in', () => {
    const office = openOffice().submit('lead', hot, { ...reachable('jo'), comments: 'Our ClassicLine 200 is dead.' });
    expect(office.world.lead('lead')).toMatchObject({ destinationId: 'customer-service' });
    const reply = ruleSet.communication.replies.get(office.world.lead('lead').ruleId ?? '');
    expect(reply).toMatchObject({ replyId: 'unsupported-product', answersEnquiry: true });
  });
});

describe('each grade', () => {
  const cases: readonly (readonly [Grade, Destination['kind'], Partial<Lead>])[] = [
    ['HOT', 'SALES', hot],
    ['HIGH_POTENTIAL', 'CALL_CENTER', answering({ ...BUYS_SOON, authority: 'RECOMMENDS', budget: 5_000 })],
    ['NEED_INFORMATION', 'CALL_CENTER', answering({ timeFrame: 'WITHIN_3_MONTHS', budget: 150_000 })],
    ['LOW_POTENTIAL', 'WEB', answering({ timeFrame: 'WITHIN_3_MONTHS', authority: 'NONE' })],
    ['PARTNER_OPPORTUNITY', 'PARTNER', { ...hot, channel: 'partner' }],
    ['NEED_NURTURING', 'NURTURE', { ...answering({ timeFrame: 'LATER', authority: 'DECIDES' }), ...optedIn }],
  ];

  it.each(cases)('%s reaches its department, %s', (grade, kind, known) => {
    const lead = openOffice().submit('lead', known, reachable('jo')).world.lead('lead');
    // Partners are asked first.
    expect(lead).toMatchObject({ grade, stage: kind === 'PARTNER' ? 'OFFERED' : 'ASSIGNED' });
    expect(ruleSet.destinations.get(lead.destinationId ?? '')?.kind).toBe(kind);
  });

  it('is named: all six', () => {
    expect(new Set(cases.map(([grade]) => grade)).size).toBe(6);
  });
});

describe('who wants to sell with us', () => {
  const ROUND_MS = 15_000;
  const openDesk = () => openOffice().submit('lead', { ...hot, channel: 'partner' }, reachable('jo'));
  const asked = (office: Office) => office.world.lead('lead').offer?.offeredTo ?? [];

  it('is offered to two partners at once, and is the first one’s who accepts', () => {
    const office = openDesk();
    const [first = '', second = ''] = asked(office);
    expect(asked(office)).toHaveLength(2);
    office.pass(5_000).report('lead', 'ACCEPTED', { agentId: second }).report('lead', 'ACCEPTED', { agentId: first });
    expect(office.world.lead('lead')).toMatchObject({
      stage: 'ASSIGNED',
      agentId: second,
      destinationId: 'partners',
      poolId: 'partner-desk',
    });
    expect(office.world.ignored).toContain('OFFER_TAKEN');
  });

  it('is offered to the third where neither answers, and goes to whose turn it is where nobody does', () => {
    const office = openDesk();
    const before = asked(office);
    office.pass(ROUND_MS);
    expect(before).not.toContain(asked(office)[0]);
    office.pass(ROUND_MS);
    expect(office.world.lead('lead')).toMatchObject({ stage: 'ASSIGNED', poolId: 'partner-desk', agentId: expect.any(String) });
    expect(office.way('lead')).toEqual(['SUBMITTED', 'OFFER_EXPIRED', 'OFFER_EXPIRED'].map((cause) => `${cause}: partner-desk`));
  });
});

describe('Need Information', () => {
  it('comes back with the answers of a call as a new revision, is Hot, and goes to sales', () => {
    const asked = { ...inTexas, ...answering({ timeFrame: 'WITHIN_3_MONTHS', budget: 150_000 }) };
    const office = openOffice().submit('lead', asked, reachable('jo')).pass(MINUTE_MS).report('lead', 'ACCEPTED');
    const answers = { ...NO_ANSWERS, authority: 'DECIDES' as const, productInterest: ['IP phones'] };
    office.pass(HOUR_MS).report('lead', 'ANSWERED', { answers, person: noting('Signs herself.') });
    expect(office.way('lead')).toEqual(['SUBMITTED: information-desk', 'ANSWERED: sales-south']);
    expect(office.world.lead('lead')).toMatchObject({ grade: 'HOT', revision: 2, respondedAt: office.world.now, formerAgents: [] });
    expect(office.data('lead')).toMatchObject({ lead: { qualification: { timeFrame: 'WITHIN_3_MONTHS', authority: 'DECIDES' } } });
  });

  it('goes where the answers say, if that is not to sales', () => {
    const office = openOffice().submit('lead', optedIn, reachable('jo'));
    office.report('lead', 'ANSWERED', { answers: { ...NO_ANSWERS, timeFrame: 'LATER', authority: 'DECIDES' } });
    expect(office.way('lead')).toEqual(['SUBMITTED: information-desk', 'ANSWERED: nurture-campaigns']);
  });
});

describe('a nurtured lead', () => {
  const later = { ...inTexas, ...optedIn, ...answering({ timeFrame: 'LATER', authority: 'DECIDES', budget: 40_000 }) };
  const click = { agentId: null, reason: 'clicked', system: 'mailing' };

  it('is raised to Hot by its clicks, and handed to sales with its history', () => {
    const office = openOffice().submit('lead', later, reachable('jo'));
    for (const _day of [1, 2]) office.pass(DAY_MS).report('lead', 'ENGAGED', click);
    expect(office.world.lead('lead')).toMatchObject({ poolId: 'nurture-campaigns', grade: 'NEED_NURTURING' });
    for (const _day of [3, 4]) office.pass(DAY_MS).report('lead', 'ENGAGED', click);
    expect(office.way('lead')).toEqual(['SUBMITTED: nurture-campaigns', 'ENGAGED: sales-south']);
    expect(office.world.lead('lead')).toMatchObject({ grade: 'HOT', revision: 2 });
    expect(office.data('lead').history).toHaveLength(4);
  });

  it('is not raised by as many clicks, a fortnight between each', () => {
    const office = openOffice().submit('lead', later, reachable('jo'));
    for (const _fortnight of [1, 2, 3, 4]) office.pass(14 * DAY_MS).report('lead', 'ENGAGED', click);
    expect(office.way('lead')).toEqual(['SUBMITTED: nurture-campaigns']);
  });

  it('who cannot decide goes to the call center, however often it clicks', () => {
    const office = openOffice().submit(
      'lead',
      { ...later, ...answering({ timeFrame: 'LATER', authority: 'RESEARCHES' }) },
      reachable('jo'),
    );
    for (let times = 0; times < 12; times++) office.report('lead', 'ENGAGED', click);
    expect(office.way('lead')).toEqual(['SUBMITTED: nurture-campaigns', 'ENGAGED: outbound-calls']);
  });
});

it('the same person again has the same owner, linked while the first lead is open, and with its outcome after', () => {
  const office = openOffice().submit('first', hot, reachable('jo'));
  const { agentId } = office.world.lead('first');
  office.pass(DAY_MS / 24).submit('second', hot, reachable('jo'));
  expect(office.world.lead('second')).toMatchObject({ stage: 'LINKED', linkedTo: 'first', agentId });
  office.report('first', 'LOST', { reason: 'price' }).pass(DAY_MS).submit('third', hot, reachable('jo'));
  expect(office.world.lead('third')).toMatchObject({ stage: 'ASSIGNED', agentId });
});

it('whom nobody answers is warned of, given to two others, and ends with the final decision makers, within two days', () => {
  const office = openOffice().submit('lead', hot, reachable('jo'));
  for (let hour = 0; hour < 48 && office.world.lead('lead').stage !== 'EXCEPTION'; hour++) office.pass(HOUR_MS);
  expect(office.world.now - START).toBe(12 * HOUR_MS);
  expect(office.way('lead')).toEqual([
    ...['SUBMITTED: sales-south', 'ACCEPT_WARNED', 'ACCEPT_BREACHED'],
    ...['ACCEPT_OVERDUE: sales-south', 'ACCEPT_WARNED', 'ACCEPT_BREACHED'],
    ...['ACCEPT_OVERDUE: sales-south', 'ACCEPT_WARNED', 'ACCEPT_BREACHED', 'ACCEPT_OVERDUE: final-decision-makers', 'ESCALATED'],
  ]);
});

it('sales gets from the rules only who buys within six months and can decide, unless a person has qualified the lead', () => {
  const known = fc.record({
    qualification: fc.record({
      budget: fc.constantFrom(null, 1_000, 40_000, 750_000),
      authority: fc.constantFrom(...AUTHORITIES),
      need: fc.constantFrom(null, 'a quote for a demo', 'a router'),
      timeFrame: fc.constantFrom(...TIME_FRAMES),
      productInterest: fc.constantFrom([], ['router']),
    }),
    channel: fc.constantFrom(null, 'web', 'partner'),
    company: fc.record({
      name: fc.constantFrom(null, 'IBM', 'Acme Widgets'),
      website: fc.constant(null),
      industry: fc.constant(null),
      employeeCount: fc.constantFrom(null, 20, 500, 20_000),
      annualRevenue: fc.constantFrom(null, 90_000_000),
    }),
  });
  fc.assert(
    fc.property(known, fc.constantFrom<'TX' | 'HI' | 'CA'>('TX', 'HI', 'CA'), (said, region) => {
      const lead = leadFor({ ...said, location: { country: 'US', region, postalCode: null, city: null } });
      const person = personFor(reachable('jo'));
      const { facts } = evaluateLead(ruleSet, { lead, person, isQualified: false, hashIdentity: (text) => text });
      const destination = ruleSet.destinations.get(ruleSet.pools.get(ruleSet.matchRule(facts).rule.to)?.destinationId ?? '');
      if (destination?.kind !== 'SALES') return;
      expect(['WITHIN_3_MONTHS', 'MONTHS_4_TO_6']).toContain(facts.timeFrame);
      expect(['DECIDES', 'RECOMMENDS']).toContain(facts.authority);
    }),
  );
});
