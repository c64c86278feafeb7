/** The classic case with its own rule set: GOVERNMENT, KEY ACCOUNTS and COMMENTS, from the lead to the mail, and back by the link in it. */
import { join } from 'node:path';
import { cliJson } from '@lead-router/cli/run-cli.test-support.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { describe, expect, test } from 'vitest';
import { copyRuleSet, roundTheClock } from '../rule-set-copy.ts';
import { eventually } from '../scenario.ts';
import { type DeployedWorld, deliveryOf, mailsTo, mailTo } from './deployed-world.ts';

const NOTES = 'Budget is approved, wants an offer by Friday.';

export function telecomStory(world: () => DeployedWorld): void {
  describe('the telecom rule set', () => {
    test('takes over while the system runs', async () => {
      const { infrastructure } = world().scenario.system;
      const file = await copyRuleSet('telecom', join(infrastructure.dataFolder, 'telecom'), roundTheClock);
      const published = await cliJson(['rules', 'publish', file, '--reason', 'the classic case'], infrastructure.env);
      expect(published).toMatchObject({ code: 0, json: { activated: true } });
    });

    test('GOVERNMENT: keywords or a domain tell a federal or state entity: straight to the two reps, by mail', async () => {
      const { scenario } = world();
      await scenario.submit([
        { vendorReference: 'federal', person: { email: 'buyer@nasa.gov' } },
        { vendorReference: 'federal-2', company: { name: 'U.S. Department of the Interior' }, person: { phone: '202 555 0101' } },
        { vendorReference: 'state', person: { email: 'buyer@ca.gov' } },
        { vendorReference: 'state-2', company: { name: 'Port Authority of Guam' }, person: { phone: '671 555 0101' } },
        { vendorReference: 'city', company: { name: 'City of Austin' }, person: { email: 'clerk@austintexas.gov' } },
      ]);
      const owners = await Promise.all(['federal', 'federal-2', 'state', 'state-2'].map((reference) => scenario.lead(reference)));
      expect(owners.map(({ ruleId, poolId }) => [ruleId, poolId])).toEqual(owners.map(() => ['government', 'government-reps']));
      expect([...new Set(owners.map(({ agentId }) => agentId))].sort()).toEqual(['george', 'grace']);
      expect(await scenario.lead('city')).toMatchObject({ ruleId: 'enquiry', poolId: 'enquiries' });
      for (const { agentId, leadId } of owners) {
        const address = agentId === 'grace' ? 'grace.hall@government.telecom.example' : 'george.ortiz@government.telecom.example';
        expect(await mailTo(world(), address, leadId)).toContain('Government lead');
      }
    });

    test('KEY ACCOUNTS: the call center follows up, and once it says "qualified" by the link in its mail, the rep has the account', async () => {
      const { scenario } = world();
      await scenario.submit([
        { vendorReference: 'account', company: { name: 'Intl. Business Machines Corp' }, person: { phone: '914 555 0199' } },
      ]);
      const caller = await scenario.lead('account');
      expect(caller).toMatchObject({ ruleId: 'key-account', poolId: 'key-account-desk' });
      const mail = await mailTo(world(), `${caller.agentId}@calls.telecom.example`, caller.leadId);
      await answerByLink(mail, 'Qualified', { notes: NOTES });
      const qualified = await scenario.lead('account', ({ revision }) => revision === 2);
      expect(qualified).toMatchObject({ ruleId: 'account-of-alice', agentId: 'alice', isQualified: true });
      const told = await mailTo(world(), 'alice.moreau@accounts.telecom.example', caller.leadId);
      expect(told).toContain('Your account IBM');
      expect(told).toContain(NOTES);
    });

    test('COMMENTS: a product no longer supported goes to customer service, and an e-mail says where to find out more', async () => {
      const { scenario } = world();
      const email = 'sam@comments.example';
      await scenario.submit([{ vendorReference: 'comment', person: { email, comments: 'Is the legacy PBX still repaired?' } }]);
      const { leadId, ...lead } = await scenario.lead('comment');
      expect(lead).toMatchObject({ ruleId: 'unsupported-product', poolId: 'customer-service' });
      await allDelivered(world(), leadId);
      expect(await mailTo(world(), email, leadId)).toContain('https://www.telecom.example/earlier-products');
      expect(await mailsTo(world(), email, leadId)).toHaveLength(1);
      expect(await mailTo(world(), `${lead.agentId}@service.telecom.example`, leadId)).toContain('legacy PBX');
    });
  });
}

async function allDelivered(world: DeployedWorld, leadId: LeadId): Promise<void> {
  for (const channel of ['reply', 'email']) await deliveryOf(world, { leadId, channel, isSo: ({ state }) => state === 'DELIVERED' });
}

/** Fills in the form behind the link, as its reader would. */
async function answerByLink(mail: string, label: string, form: Readonly<Record<string, string>>): Promise<void> {
  const url = new RegExp(`${label}: (https?://\\S+)`).exec(mail)?.[1];
  if (url === undefined) throw new Error(`the mail has no link "${label}"`);
  const answer = await eventually('the link is answered', async () => {
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
    return response.ok ? await response.text() : null;
  });
  expect(answer).toContain('Thank you');
}
