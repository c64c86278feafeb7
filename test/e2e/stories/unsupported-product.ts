/**
 * Scenario 3: a comment about a product no longer supported. Customer service owns it, and the person gets one mail though the notifier
 * dies in between; a repeat is possible only between the mail server's acceptance and our receipt, with the same Message-ID.
 */
import { describe, expect, test } from 'vitest';
import { killService } from '../faults.ts';
import { eventually } from '../scenario.ts';
import { type DeployedWorld, deliveryOf, mailsTo, receiptsOf } from './deployed-world.ts';

const SERVICE = ['sofia', 'sam', 'sara', 'sven'];
/** Said no to mails: a reply to one's own enquiry needs no opt-in. */
const enquiryOf = (reference: string, email: string) => ({
  vendorReference: reference,
  person: { firstName: 'Pat', email, comments: 'Our ClassicLine 200 is dead. Who still has handsets?' },
  consent: { email: false },
});

export function unsupportedProductStory(world: () => DeployedWorld): void {
  describe('scenario 3: a comment about an unsupported product', () => {
    test('customer service owns it, and the person gets one mail, though the notifier is killed before it is sent', async () => {
      const { scenario, outside } = world();
      const email = 'pat@unsupported.example';
      await outside.kill();
      await scenario.submit([enquiryOf('unsupported-1', email)]);
      const lead = await scenario.lead('unsupported-1');
      expect(lead).toMatchObject({ stage: 'ASSIGNED', ruleId: 'unsupported-product', destinationId: 'customer-service' });
      expect(SERVICE).toContain(lead.agentId);
      const { leadId } = lead;
      await deliveryOf(world(), { leadId, channel: 'reply', isSo: ({ attempts }) => attempts > 0 });
      await killService('notifier', 0).inflict(scenario.system);
      await outside.restart();
      for (const channel of ['reply', 'email', 'webhook']) await deliveryOf(world(), { leadId, channel, isSo: isDelivered });
      const mails = await mailsTo(world(), email, leadId);
      expect(mails.map(({ subject }) => subject)).toEqual(['Your question about a product we no longer support']);
      expect(mails[0]?.raw).toContain('https://www.telecom.example/earlier-products');
      expect(await mailsTo(world(), `${lead.agentId}@service.telecom.example`, leadId)).toHaveLength(1);
    });

    test('killed between the acceptance and our receipt, it repeats the mail under the same Message-ID, and the receipts say so', async () => {
      const { scenario } = world();
      // The mail server keeps it, and answers this address a second later.
      const email = 'slow@unsupported.example';
      await scenario.submit([enquiryOf('unsupported-2', email)]);
      const { leadId } = await scenario.lead('unsupported-2');
      await expect.poll(async () => (await mailsTo(world(), email, leadId)).length, { timeout: 45_000, interval: 10 }).toBe(1);
      await killService('notifier', 0).inflict(scenario.system);
      await deliveryOf(world(), { leadId, channel: 'reply', isSo: isDelivered });
      const mails = await mailsTo(world(), email, leadId);
      expect(mails).toHaveLength(2);
      expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
      const receipts = await eventually('both attempts have receipts', async () => {
        const found = await receiptsOf(world(), { leadId, channel: 'REPLY' });
        return found.length < 2 ? null : found;
      });
      expect(receipts.map(({ attempt, outcome, errorCode }) => [attempt, outcome, errorCode])).toEqual([
        [1, 'RETRYING', 'LR_NOTIFIER_OUTCOME_UNKNOWN'],
        [2, 'DELIVERED', null],
      ]);
    });

    test('and nothing that was delivered is ever sent again', async () => {
      const { scenario } = world();
      expect(await mailsTo(world(), 'pat@unsupported.example', scenario.leadId('unsupported-1'))).toHaveLength(1);
      expect(await mailsTo(world(), 'slow@unsupported.example', scenario.leadId('unsupported-2'))).toHaveLength(2);
    });
  });
}

const isDelivered = ({ state }: { readonly state: string }): boolean => state === 'DELIVERED';
