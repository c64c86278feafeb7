/** The mail to an owner: all that is known of the lead is in it, nothing of it is executed, and the links are this assignment's. */
import { decodeContext, encodeContext } from '@lead-router/contracts/context-codec.ts';
import { asLeadId } from '@lead-router/contracts/ids.ts';
import { toContext } from '@lead-router/contracts/mappers/context-mapper.ts';
import { toLeadDecided } from '@lead-router/contracts/mappers/decision-mapper.ts';
import type { PersonFindings } from '@lead-router/domain/lead.ts';
import type { Communication } from '@lead-router/domain/rule-set/communication.ts';
import { buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import { describe, expect, test } from 'vitest';
import { aLead, anEventId } from '../../../test/contract/router-store-fixture.ts';
import { leadFor, personFor } from '../../../test/support/example-leads.ts';
import type { EarlierStory, SheetFacts } from './lead-sheet.ts';
import { ownerAddress, ownerMail, warningMail } from './owner-mail.ts';

const AT = Date.UTC(2026, 10, 3, 9, 5);
const communication: Partial<Communication> = {
  from: { name: 'Desk', address: 'desk@example.com' },
  owners: new Map([
    ['sales', { destinationId: 'sales', to: ['team-', { field: 'agentId', fallback: '' }, '@example.com'], subject: null }],
  ]),
  agents: new Map([['bob', 'bob@example.com']]),
};
const ruleSet = buildTestRuleSet({
  pools: [{ poolId: 'field', destinationId: 'sales', agents: [{ agentId: 'ann', name: 'Ann Berg' }] }],
  communication,
});

function facts(known: Partial<SheetFacts> = {}, found: PersonFindings | null = null): SheetFacts {
  const lead = aLead({ poolId: 'field', agentId: 'ann', destinationId: 'sales', ruleId: 'to-field' });
  const context = toContext({
    lead: leadFor({
      campaign: 'spring',
      initiative: 'Go west',
      company: { name: 'Duck & Sons', website: 'https://duck.example', industry: 'Retail', employeeCount: 1_200, annualRevenue: 5_000_000 },
      fulfilments: [{ item: 'Catalogue', receivedAt: AT }],
      consent: { email: true, phone: false, proof: 'form 7', givenAt: AT },
      qualification: { budget: 20_000, authority: 'DECIDES', need: 'phones', timeFrame: 'WITHIN_3_MONTHS', productInterest: ['PBX'] },
    }),
    person: personFor({
      firstName: 'Donald',
      lastName: '<b>Duck</b>',
      phone: '+1 555',
      mobile: '+1 556',
      fax: '+1 557',
      email: 'd@example.org',
      comments: 'Call me',
      notes: 'Spoke on Monday',
      found,
    }),
  });
  const decision = { eventId: anEventId(), kind: 'ASSIGNED', cause: 'SUBMITTED', lead, previousAgentId: null, acceptBy: AT } as const;
  const prefix = toLeadDecided(
    decision,
    { occurredAt: AT, recordedAt: AT, correlationId: lead.leadId },
    { batchId: '0-0-1', batchIndex: 0 },
  );
  const decided = { ...prefix, context: decodeContext(encodeContext(context)) };
  return { decided, ruleSet, decisions: [], earlier: [], zone: 'America/New_York', ...known };
}

const earlier: EarlierStory = {
  leadId: aLead().leadId,
  ...{ vendor: 'acme', stage: 'CLOSED', destinationId: 'sales', agentId: 'bob', submittedAt: AT - 1, acceptedAt: AT, respondedAt: AT },
  ...{ isQualified: true, outcome: 'LOST', linkedTo: null, context: null, campaign: 'winter', comments: 'Said in winter' },
  history: [
    {
      ...{
        eventId: anEventId(),
        activity: 'LOST',
        occurredAt: AT,
        system: 'crm',
        agentId: 'bob',
        reason: 'no-budget',
        isHumanResponse: true,
      },
      learned: [],
    },
  ],
};

describe('the mail to an owner', () => {
  test('holds contact, initiative, fulfilments, answers, words, notes, and how it came here', () => {
    const { text, subject } = ownerMail(facts(), []);
    expect(subject).toBe('Hot: Duck & Sons, for sales');
    for (const known of ['Donald', '+1 555', '+1 556', '+1 557', 'd@example.org', 'https://duck.example', 'Go west', 'spring', 'Catalogue'])
      expect(text).toContain(known);
    for (const known of [
      '$20,000',
      'Decides',
      'Within 3 months',
      'PBX',
      'phones',
      'Call me',
      'Spoke on Monday',
      '1,200',
      'leads for field',
    ])
      expect(text).toContain(known);
    // 09:05 in London is 04:05 where this pool is.
    expect(text).toMatch(/Accept it by Tue, 3 Nov 2026, 04:05/);
  });

  test('has the name in order and the number as it is dialled from anywhere, beside what was said', () => {
    const phone = { field: 'phone', number: '+12125552368', region: 'US', type: 'TOLL_FREE', source: 'phone number', confidence: 0.95 };
    const name = { title: 'Dr.', given: 'Donald', middle: 'F.', family: 'Duck', suffix: null, source: 'full name', confidence: 0.9 };
    const { text } = ownerMail(facts({}, { name, phones: [phone] }), []);
    expect(text).toContain('Name: Dr. Donald F. Duck\n  Name as given: Donald <b>Duck</b>\n');
    expect(text).toContain('Phone: +12125552368 (US; toll free; as given: +1 555)\n  Mobile: +1 556\n');
  });

  test('says loudly who may not be called, and who has to be asked', () => {
    expect(ownerMail(facts(), []).text).toMatch(/May be called: NO\n {2}May be written to: yes/);
  });

  test('says how earlier leads of the person ended', () => {
    const { text } = ownerMail(facts({ earlier: [earlier] }), []);
    expect(text).toMatch(
      /Another lead of this person, from acme, campaign winter: bob of sales; accepted .*; first response .*; qualified; last: Lost, by bob \(no budget\); lost/,
    );
  });

  test('lists what was linked to the lead before it was the owner’s, with what the person said', () => {
    const known = facts();
    const { leadId } = known.decided.envelope;
    const [toNobody, toAnother, toThem] = [null, 'bob', 'ann'].map(
      (agentId, index): EarlierStory => ({
        ...{ ...earlier, leadId: aLead().leadId, stage: 'LINKED', agentId, linkedTo: asLeadId(leadId), campaign: 'spring' },
        ...{ submittedAt: AT - 10 + index, comments: `Once more, ${agentId ?? 'to nobody'}` },
      }),
    );
    if (toNobody === undefined || toAnother === undefined || toThem === undefined) throw new Error('three leads');
    const { text, html } = ownerMail({ ...known, earlier: [toThem, toAnother, toNobody, earlier] }, []);
    expect(text).toContain(
      `The same person has written again meanwhile, see below: ${toAnother.leadId}, ${toNobody.leadId} belong to this lead.`,
    );
    for (const one of [toNobody, toAnother, toThem])
      expect(text).toContain(
        `The same person again, from acme, campaign spring, which belongs to this lead; said: ${one.comments}; ${one.leadId}`,
      );
    expect(html).toContain('Once more, to nobody');
    expect(text).not.toContain('Said in winter');
    expect(ownerMail({ ...known, earlier: [toNobody] }, []).text).toContain(`${toNobody.leadId} belongs to this lead.`);
    expect(ownerMail({ ...known, earlier: [toThem, earlier] }, []).text).not.toContain('written again');
  });

  test('has the links, in the text and as buttons', () => {
    const { text, html } = ownerMail(facts(), [{ action: 'ACCEPTED', url: 'https://leads.example.com/answers/x?a&b' }]);
    expect(text).toContain('Accept: https://leads.example.com/answers/x?a&b');
    expect(html).toContain('<a href="https://leads.example.com/answers/x?a&amp;b"');
  });

  test('warns of each promise with its time, with the same context and links', () => {
    const links = [{ action: 'ACCEPTED', url: 'https://leads.example.com/answers/x' }] as const;
    const warned = (promise: 'ACCEPT' | 'RESPONSE') => warningMail(facts(), { promise, dueAt: AT + 60_000 }, links);
    expect(warned('ACCEPT').subject).toMatch(/^Due Tue, 3 Nov 2026, 04:06.*: Hot: Duck & Sons, for sales$/);
    expect(warned('ACCEPT').text).toMatch(
      /^This lead is yours, and nobody has accepted it. Accept it by Tue, 3 Nov 2026, 04:06.*\n\nAccept: https/,
    );
    expect(warned('RESPONSE').text).toMatch(/^No person has answered this lead yet. The first response is due by Tue, 3 Nov 2026, 04:06/);
    expect(warned('RESPONSE').html).toContain('d@example.org');
  });

  test("never becomes HTML of the person's making", () => {
    const { html } = ownerMail(facts(), []);
    expect(html).toContain('&lt;b&gt;Duck&lt;/b&gt;');
    expect(html).not.toContain('<b>Duck');
  });

  test("goes to the agent's own address, else to the one that the destination has for agents", () => {
    const known = { destinationId: 'sales' };
    expect(ownerAddress({ ...known, agentId: 'bob' }, ruleSet.communication)).toBe('bob@example.com');
    expect(ownerAddress({ ...known, agentId: 'ann' }, ruleSet.communication)).toBe('team-ann@example.com');
    expect(ownerAddress({ ...known, agentId: null }, ruleSet.communication)).toBeNull();
    expect(ownerAddress({ destinationId: 'other', agentId: 'ann' }, ruleSet.communication)).toBeNull();
  });
});

describe('the mail about an offer', () => {
  const offered = (offeredTo: string[]): string => {
    const known = facts();
    return ownerMail({ ...known, decided: { ...known.decided, kind: 'OFFERED', agentId: null, offeredTo } }, []).text;
  };

  test('says how many are asked, until when, and who has it', () => {
    expect(offered(['ann', 'bob', 'cid'])).toMatch(/^This lead is offered to you and 2 others, until .+\. The first to accept has it\.\n/);
    expect(offered(['ann', 'bob'])).toContain('to you and 1 other, until');
    expect(offered(['ann'])).toMatch(/^This lead is offered to you, until .+\. It is yours once you accept it\.\n/);
    expect(offered(['ann'])).toContain('WHY YOU ARE ASKED');
  });

  test('that was taken says so', () => {
    const known = facts();
    expect(ownerMail({ ...known, decided: { ...known.decided, cause: 'CLAIMED' } }, []).text).toContain('you were the first to accept it');
  });
});
