/**
 * What practice asks of distribution, told as stories over real rules: answers that turn a lead Hot, clicks that promote it, a person
 * who comes again, nobody who accepts, nobody whom the rules name. The whole core decides; only wire and store are left out.
 */
import { leadId } from '@lead-router/testkit/builders/decision-world.ts';
import { describe, expect, it } from 'vitest';
import { type leadFor, personFor } from '../../../test/support/example-leads.ts';
import { Office } from '../../../test/support/office.ts';
import { compileRuleSet } from './compile-rule-set.ts';
import type { Grade, Qualification } from './lead.ts';

const RULES = `
name: departments
zone: America/New_York
calendars:
  us: [2026-11-26]
scoring:
  engagement: { halfLife: 7d, points: { opened: 1, clicked: 6 } }
  lines:
    - { name: buys soon, when: lead.timeFrame == "WITHIN_3_MONTHS", points: 30 }
    - { name: decides, when: lead.authority == "DECIDES", points: 20 }
    - { name: budget, when: lead.budget >= 20000, points: 20 }
    - { name: interested, when: lead.engagementScore >= 10, points: 40 }
  grades:
    - { grade: PARTNER_OPPORTUNITY, when: lead.channel == "partner" }
    - { grade: HOT, minScore: 60 }
    - { grade: NEED_INFORMATION, when: '!has(lead.budget) && lead.timeFrame == "WITHIN_3_MONTHS"' }
    - { grade: HIGH_POTENTIAL, minScore: 40 }
    - { grade: NEED_NURTURING, when: 'lead.timeFrame in ["LATER", "NONE"]' }
    - { grade: LOW_POTENTIAL }
rules:
  - { id: strange, when: lead.vendor == "nobody knows", to: chiefs }
  - { id: hot, when: lead.grade == "HOT", to: sales }
  - { id: potential, when: 'lead.grade in ["HIGH_POTENTIAL", "NEED_INFORMATION"]', to: center }
  - { id: partner, when: lead.grade == "PARTNER_OPPORTUNITY", to: partners }
  - { id: nurture, when: lead.grade == "NEED_NURTURING", to: drip }
  - { id: low, when: lead.channel == "web", to: shop }
lastResort: chiefs
destinations:
  - { id: field, kind: SALES, hours: mon-fri 09:00-17:00, holidays: us }
  - { id: call-center, kind: CALL_CENTER }
  - { id: partners, kind: PARTNER }
  - { id: web, kind: WEB }
  - { id: campaigns, kind: NURTURE }
pools:
  - id: sales
    destination: field
    sla: { accept: { within: 5m, warnAt: 80% }, reassignments: 1 }
    agents: [{ id: ann }, { id: bob }, { id: cid }]
  - { id: center, destination: call-center, sla: { accept: 1h, firstResponse: 4h }, agents: [{ id: cora }] }
  - { id: partners, destination: partners, agents: [{ id: northern }] }
  - { id: shop, destination: web, agents: [{ id: shop-mailbox }] }
  - { id: drip, destination: campaigns, agents: [{ id: campaign }] }
  - { id: chiefs, destination: field, acceptWithin: 1d, agents: [{ id: chief }, { id: deputy }] }
`;

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A Tuesday, 10:00 in New York. */
const START = Date.UTC(2026, 10, 24, 15);
const NO_ANSWERS: Qualification = { budget: null, authority: 'UNKNOWN', need: null, timeFrame: 'UNKNOWN', productInterest: [] };

function openOffice(): Office {
  const compiled = compileRuleSet({ source: RULES, tables: new Map(), hash: () => 'digest' });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  return new Office({ ruleSet: compiled.ruleSet, now: START });
}

describe('each grade', () => {
  const soon: Qualification = { ...NO_ANSWERS, timeFrame: 'WITHIN_3_MONTHS' };
  it.each<readonly [Grade, string, Parameters<typeof leadFor>[0]]>([
    ['HOT', 'sales', { qualification: { ...soon, authority: 'DECIDES', budget: 50_000 } }],
    ['HIGH_POTENTIAL', 'center', { qualification: { ...NO_ANSWERS, authority: 'DECIDES', budget: 50_000 } }],
    ['NEED_INFORMATION', 'center', { qualification: soon }],
    ['LOW_POTENTIAL', 'shop', { channel: 'web' }],
    ['PARTNER_OPPORTUNITY', 'partners', { channel: 'partner' }],
    ['NEED_NURTURING', 'drip', { qualification: { ...NO_ANSWERS, timeFrame: 'LATER' } }],
  ])('%s reaches its department, %s', (grade, poolId, known) => {
    expect(openOffice().submit('lead', known).world.lead('lead')).toMatchObject({ grade, poolId, stage: 'ASSIGNED' });
  });

  it('Need Information comes back with the answers and ends up Hot, with a new owner and the call notes', () => {
    const office = openOffice().submit('lead', { qualification: soon });
    const caller = office.world.lead('lead').agentId;
    office
      .pass(10 * MINUTE_MS)
      .report('lead', 'ACCEPTED')
      .pass(20 * MINUTE_MS);
    const answers = { ...NO_ANSWERS, authority: 'DECIDES' as const, budget: 30_000 };
    office.report('lead', 'ANSWERED', { answers, person: personFor({ notes: 'Wants forty phones.' }) });
    expect(office.way('lead')).toEqual(['SUBMITTED: center', 'ANSWERED: sales']);
    expect(office.world.lead('lead')).toMatchObject({
      grade: 'HOT',
      score: 70,
      revision: 2,
      formerAgents: [],
      respondedAt: office.world.now,
    });
    expect(office.data('lead').person?.notes).toContain(`${caller}] Wants forty phones.`);
    expect(office.data('lead').lead.qualification).toEqual({ ...soon, ...answers, timeFrame: 'WITHIN_3_MONTHS' });
  });
});

describe('a nurtured lead', () => {
  const later = { qualification: { ...NO_ANSWERS, timeFrame: 'LATER' as const, authority: 'DECIDES' as const } };
  const click = { agentId: null, reason: 'clicked', system: 'mailing' };

  it('is raised by its clicks, and handed to sales with its history', () => {
    const office = openOffice().submit('lead', later);
    office.pass(DAY_MS).report('lead', 'ENGAGED', click);
    expect(office.world.lead('lead')).toMatchObject({ poolId: 'drip', grade: 'NEED_NURTURING' });
    office.report('lead', 'ENGAGED', click);
    expect(office.way('lead')).toEqual(['SUBMITTED: drip', 'ENGAGED: sales']);
    expect(office.world.lead('lead')).toMatchObject({ grade: 'HOT', score: 60, revision: 2 });
    expect(office.data('lead').history.map(({ activity, reason, system }) => [activity, reason, system])).toEqual([
      ['ENGAGED', 'clicked', 'mailing'],
      ['ENGAGED', 'clicked', 'mailing'],
    ]);
  });

  it('is not raised by clicks of long ago', () => {
    const office = openOffice().submit('lead', later).report('lead', 'ENGAGED', click);
    office.pass(30 * DAY_MS).report('lead', 'ENGAGED', click);
    expect(office.world.lead('lead').poolId).toBe('drip');
    // Reported late, it has faded like the others.
    office.report('lead', 'ENGAGED', { ...click, occurredAt: START });
    expect(office.way('lead')).toEqual(['SUBMITTED: drip']);
  });
});

it('the same person submits again: linked to the same owner, and after the first is closed the owner has the next', () => {
  const hot = { qualification: { ...NO_ANSWERS, timeFrame: 'WITHIN_3_MONTHS' as const, authority: 'DECIDES' as const, budget: 50_000 } };
  const office = openOffice().submit('first', hot, 'ann@example.com');
  const owner = office.world.lead('first').agentId;
  office.submit('second', hot, 'ann@example.com');
  expect(office.world.lead('second')).toMatchObject({ stage: 'LINKED', linkedTo: 'first', agentId: owner });
  office.report('first', 'LOST', { reason: 'bought elsewhere' }).pass(DAY_MS).submit('third', hot, 'ann@example.com');
  expect(office.world.lead('third')).toMatchObject({ stage: 'ASSIGNED', agentId: owner });
  expect(office.data('first').history).toMatchObject([{ activity: 'LOST', reason: 'bought elsewhere' }]);
});

describe('nobody accepts within five business minutes', () => {
  const hot = { qualification: { ...NO_ANSWERS, timeFrame: 'WITHIN_3_MONTHS' as const, authority: 'DECIDES' as const, budget: 50_000 } };

  it('warned, reassigned to another, and in the end with the final decision makers', () => {
    const office = openOffice().submit('lead', hot);
    const owners = [office.world.lead('lead').agentId];
    office.pass(4 * MINUTE_MS);
    expect(office.way('lead')).toEqual(['SUBMITTED: sales', 'ACCEPT_WARNED']);
    owners.push(office.pass(MINUTE_MS).world.lead('lead').agentId);
    owners.push(office.pass(5 * MINUTE_MS).world.lead('lead').agentId);
    expect(new Set(owners).size).toBe(3);
    expect(office.way('lead')).toEqual([
      ...['SUBMITTED: sales', 'ACCEPT_WARNED', 'ACCEPT_BREACHED', 'ACCEPT_OVERDUE: sales'],
      ...['ACCEPT_WARNED', 'ACCEPT_BREACHED', 'ACCEPT_OVERDUE: chiefs', 'ESCALATED'],
    ]);
    expect(office.world.lead('lead')).toMatchObject({ stage: 'EXCEPTION', timer: { kind: 'ACCEPT' } });
  });

  it('night and holidays do not count', () => {
    const office = openOffice();
    // Wednesday 16:58; Thursday the 26th is a holiday.
    office.pass(DAY_MS + 7 * 60 * MINUTE_MS - 2 * MINUTE_MS).submit('lead', hot);
    office.pass(36 * 60 * MINUTE_MS);
    expect(office.way('lead')).toEqual(['SUBMITTED: sales']);
    // Friday 09:02 and 09:03.
    office.pass(4 * 60 * MINUTE_MS + 4 * MINUTE_MS);
    expect(office.way('lead')).toEqual(['SUBMITTED: sales', 'ACCEPT_WARNED']);
    expect(office.pass(MINUTE_MS).way('lead')).toContain('ACCEPT_BREACHED');
  });
});

it('no rule matches: the final decision maker has it, with a clock; assigned by hand, the reason is kept', () => {
  const office = openOffice().submit('lead', { channel: 'fair' });
  expect(office.world.lead('lead')).toMatchObject({
    stage: 'EXCEPTION',
    poolId: 'chiefs',
    ruleId: 'last-resort',
    timer: { kind: 'ACCEPT' },
  });
  const command = { kind: 'REASSIGN' as const, leadId: leadId('lead'), occurredAt: office.world.now, facts: null };
  office.world.send({ ...command, to: 'sales/bob', by: 'carla', reason: 'knows them' }).drain();
  expect(office.world.lead('lead')).toMatchObject({ stage: 'ASSIGNED', agentId: 'bob' });
  expect(office.way('lead')).toEqual(['SUBMITTED: chiefs', 'REASSIGNED_BY_HAND: sales']);
});
