/** Stories over the classic rule set: its three rules, its office hours and holidays, and whom its mails reach. */
import { describe, expect, it } from 'vitest';
import { Office } from '../../../../test/support/office.ts';
import { deployedRuleSet } from '../../../../test/support/sample-rule-set.ts';
import { BUYS_SOON, NO_ANSWERS, noting, reachable, workingFor } from '../../../../test/support/scenario-leads.ts';

const ruleSet = deployedRuleSet('telecom');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Tuesday the 24th, 10:00 in New York; Thursday is Thanksgiving, and Friday the company's bridge day. */
const TUESDAY = Date.UTC(2026, 10, 24, 15);
const openOffice = (now = TUESDAY) => new Office({ ruleSet, now });

describe('GOVERNMENT', () => {
  it('goes to the two reps in turn: federal and state, by domain or name; a city is an enquiry like others', () => {
    const office = openOffice();
    office.submit('nasa', {}, 'jo@nasa.gov').submit('dot', {}, 'jo@dot.ca.gov').submit('city', {}, 'jo@29palms.gov');
    office.submit('ohio', workingFor('State of Ohio')).submit('turnpike', workingFor('The Turnpike Commission'));
    const owners = ['nasa', 'dot', 'ohio', 'turnpike'].map((name) => office.world.lead(name).agentId);
    expect(new Set(owners.slice(0, 2))).toEqual(new Set(['grace', 'george']));
    expect(owners.slice(2)).toEqual(owners.slice(0, 2));
    expect(office.world.lead('city')).toMatchObject({ poolId: 'enquiries', ruleId: 'enquiry' });
  });

  it('waits over the holidays of the government, and is given out at opening, the highest grade and the oldest first', () => {
    const office = openOffice(TUESDAY + 2 * 24 * HOUR_MS);
    office.submit('later', { qualification: NO_ANSWERS }, 'jo@nasa.gov');
    office.pass(HOUR_MS).submit('soon', { qualification: BUYS_SOON }, 'jo@nsf.gov');
    expect(office.world.waitersOf('government-reps').map(({ leadId }) => leadId)).toEqual(['soon', 'later']);
    // To Friday, 08:00.
    office.pass(21 * HOUR_MS);
    expect(office.way('soon')).toEqual(['SUBMITTED: government-reps', 'POOL_OPENED: government-reps']);
    expect(office.world.lead('later')).toMatchObject({ stage: 'ASSIGNED' });
  });
});

describe('KEY ACCOUNTS', () => {
  it('go to the call center, and once qualified to the rep of the account, with the notes of the call', () => {
    const office = openOffice().submit('lead', workingFor('Intl. Business Machines Corp'));
    expect(office.world.lead('lead')).toMatchObject({ poolId: 'key-account-desk', destinationId: 'call-center' });
    office.pass(MINUTE_MS).report('lead', 'QUALIFIED', { person: noting('Wants forty phones.') });
    expect(office.world.lead('lead')).toMatchObject({ agentId: 'alice', revision: 2, decidedAt: office.world.now });
    expect(office.data('lead').person?.notes).toContain('Wants forty phones.');
  });

  it('have one rep each, and each rep has accounts', () => {
    const reps = ['IBM', 'JPMorgan Chase', 'Pfizer', 'Boeing'].map(
      (name) => openOffice().submit('lead', workingFor(name)).report('lead', 'QUALIFIED').world.lead('lead').agentId,
    );
    expect(reps).toEqual(['alice', 'amir', 'anna', 'andre']);
  });
});

describe('COMMENTS', () => {
  it('of an unsupported product go to customer service, and are answered by one mail that needs no opt-in, whoever asks', () => {
    const comments = 'Is the CL-200 still supported?';
    const office = openOffice()
      .submit('lead', {}, { ...reachable('jo'), comments })
      .submit('gov', {}, { email: 'jo@nasa.gov', comments });
    for (const name of ['lead', 'gov']) {
      const { destinationId, ruleId } = office.world.lead(name);
      expect(destinationId).toBe('customer-service');
      expect(ruleSet.communication.replies.get(ruleId ?? '')).toMatchObject({ answersEnquiry: true });
    }
  });

  it('of other service topics go there without that mail', () => {
    const office = openOffice().submit('lead', {}, { ...reachable('jo'), comments: 'The invoice is wrong.' });
    expect(office.world.lead('lead')).toMatchObject({ destinationId: 'customer-service', ruleId: 'service-topic' });
    expect(ruleSet.communication.replies.has('service-topic')).toBe(false);
  });
});

it('the same person again is linked to the first owner', () => {
  const office = openOffice().submit('first', {}, reachable('jo')).submit('second', {}, reachable('jo'));
  expect(office.world.lead('second')).toMatchObject({ stage: 'LINKED', agentId: office.world.lead('first').agentId });
});

it('who does not accept within office hours is warned, then loses the lead to another, at last to the final decision makers', () => {
  const office = openOffice().submit('lead', {}, 'jo@nasa.gov');
  office.pass(45 * MINUTE_MS);
  expect(office.way('lead')).toEqual(['SUBMITTED: government-reps', 'ACCEPT_WARNED']);
  office
    .pass(15 * MINUTE_MS)
    .pass(45 * MINUTE_MS)
    .pass(15 * MINUTE_MS);
  expect(office.way('lead').slice(2)).toEqual([
    ...['ACCEPT_BREACHED', 'ACCEPT_OVERDUE: government-reps', 'ACCEPT_WARNED'],
    ...['ACCEPT_BREACHED', 'ACCEPT_OVERDUE: final-decision-makers', 'ESCALATED'],
  ]);
});

it('nobody to be reached is with the final decision makers at once, with a clock', () => {
  const office = openOffice().submit('lead', {}, {});
  expect(office.world.lead('lead')).toMatchObject({ stage: 'EXCEPTION', ruleId: 'last-resort', timer: { kind: 'ACCEPT_WARNING' } });
});
