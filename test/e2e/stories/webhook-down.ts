/**
 * Scenario 12: a webhook is down for long. Nothing is lost, a lead's messages keep their order, the receipts show the attempts, and nobody
 * else waits for it. Retries follow each other within a fraction of a second, so that "for long" is many attempts, not days.
 */
import { cliJson } from '@lead-router/cli/run-cli.test-support.ts';
import type { DeliveryReceipt } from '@lead-router/contracts/generated/wire-types.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { describe, expect, test } from 'vitest';
import { killService } from '../faults.ts';
import { eventually } from '../scenario.ts';
import { type DeployedWorld, deliveryOf, mailTo, receiptsOf, webhookAbout } from './deployed-world.ts';

const LEADS = 12;
/** So many of them change hands while nobody can be told. */
const HANDED_ON = 4;
/** Of each message, in each of the two ways to be down. */
const FAILURES = 3;
const UNAVAILABLE = 500;
const POOL = 'government-reps';

const referenceOf = (index: number): string => `down-${index}`;
const addressOf = (agentId: string | null): string =>
  agentId === 'grace' ? 'grace.hall@government.telecom.example' : 'george.ortiz@government.telecom.example';

export function webhookDownStory(world: () => DeployedWorld): void {
  describe('scenario 12: a webhook is down for long', () => {
    const webhook = { channel: 'webhook' } as const;
    let leads: readonly LeadRecord[] = [];

    test('it refuses connections: each message is tried again and again, mails go out, and so do the webhooks of others', async () => {
      const { scenario, reps } = world();
      await submitLeads(world(), 0, LEADS / 2);
      const told = await leadsOf(world(), 0, LEADS / 2);
      for (const { leadId } of told) await webhookAbout(world(), leadId, 1);
      await reps.kill();
      await submitLeads(world(), LEADS / 2, LEADS);
      leads = [...told, ...(await leadsOf(world(), LEADS / 2, LEADS))];
      // Of those that were told before and of those that nobody knows of yet.
      for (let index = LEADS / 2 - HANDED_ON / 2; index < LEADS / 2 + HANDED_ON / 2; index++) await handOn(world(), referenceOf(index));
      leads = await leadsOf(world(), 0, LEADS);
      for (const lead of waiting(leads)) await failed(world(), lead, ({ status }) => status === null);
      for (const lead of leads) await mailTo(world(), addressOf(lead.agentId), lead.leadId);
      await scenario.submit([
        { vendorReference: 'down-other', person: { email: 'ray@other.example', comments: 'Is the legacy PBX still repaired?' } },
      ]);
      const other = await scenario.lead('down-other');
      expect(other).toMatchObject({ destinationId: 'customer-service' });
      const { attempts } = await deliveryOf(world(), { leadId: other.leadId, ...webhook, isSo: isDelivered });
      expect(attempts).toBe(1);
    });

    test('it answers with errors, and the notifier is killed meanwhile: still nothing is given up', async () => {
      const { scenario, reps } = world();
      await reps.restart({ webhookStatus: UNAVAILABLE });
      await killService('notifier', 0).inflict(scenario.system);
      for (const lead of waiting(leads)) await failed(world(), lead, ({ status }) => status === UNAVAILABLE);
      const ids = new Set((await reps.refusedWebhooks()).map(({ id }) => id));
      expect([...ids].sort()).toEqual(waiting(leads).map(messageIdOf).sort());
    });

    test('it comes back: each lead is told once, of its latest owner, in order, and the receipts show all attempts', async () => {
      const { reps } = world();
      await reps.restart();
      for (const { leadId, revision } of leads)
        await deliveryOf(world(), { leadId, ...webhook, isSo: (delivery) => delivery.revision === revision && isDelivered(delivery) });
      for (const lead of leads) {
        const receipts = await eventually(`all receipts of ${lead.leadId} are there`, async () => {
          const found = await receiptsOf(world(), { leadId: lead.leadId, channel: 'WEBHOOK' });
          return isComplete(found, lead) ? found : null;
        });
        expectAllAttempts(receipts, lead);
        const ids = (await reps.webhooks()).map(({ id }) => id).filter((id) => id.startsWith(lead.leadId));
        // Those that were told before hear of the new owner after that; of an owner who was none any more when it came back, nobody hears.
        const isKnown = leads.indexOf(lead) < LEADS / 2;
        const revisions = lead.revision === 1 ? [1] : isKnown ? [1, lead.revision] : [lead.revision];
        expect(ids).toEqual(revisions.map((revision) => messageIdOf({ ...lead, revision })));
      }
    });
  });
}

const messageIdOf = ({ leadId, revision }: { readonly leadId: LeadId; readonly revision: number }): string =>
  `${leadId}.${revision}.webhook`;

const isDelivered = ({ state }: { readonly state: string }): boolean => state === 'DELIVERED';

/** Whose latest owner nobody could be told of while it was down. */
const waiting = (leads: readonly LeadRecord[]): readonly LeadRecord[] =>
  leads.filter(({ revision }, index) => revision > 1 || index >= LEADS / 2);

const submitLeads = ({ scenario }: DeployedWorld, from: number, to: number): Promise<void> =>
  scenario.submit(
    Array.from({ length: to - from }, (_, n) => ({
      vendorReference: referenceOf(from + n),
      person: { email: `officer-${from + n}@nasa.gov` },
    })),
  );

const leadsOf = ({ scenario }: DeployedWorld, from: number, to: number): Promise<readonly LeadRecord[]> =>
  Promise.all(Array.from({ length: to - from }, (_, n) => scenario.lead(referenceOf(from + n))));

/** Twice, to the other rep and back: two messages on top of the first. */
async function handOn({ scenario }: DeployedWorld, reference: string): Promise<void> {
  const { agentId, leadId } = await scenario.lead(reference);
  for (const to of [agentId === 'grace' ? 'george' : 'grace', agentId]) {
    const args = ['reassign', leadId, '--to', `${POOL}/${to}`, '--reason', 'on a journey', '--by', 'helen'];
    expect(await cliJson(args, scenario.system.infrastructure.env)).toMatchObject({ code: 0, json: { kind: 'DECIDED' } });
    await scenario.lead(reference, (lead) => lead.agentId === to);
  }
}

/** Waits until its latest message has failed in this way often enough. */
async function failed(world: DeployedWorld, lead: LeadRecord, isSo: (receipt: DeliveryReceipt) => boolean): Promise<void> {
  await eventually(`${lead.leadId} could not be told`, async () => {
    const receipts = await receiptsOf(world, { leadId: lead.leadId, channel: 'WEBHOOK' });
    return receipts.filter((receipt) => receipt.revision === lead.revision && isSo(receipt)).length >= FAILURES || null;
  });
}

/** Each message has ended: a receipt that it was taken, or that it was overtaken. */
function isComplete(receipts: readonly DeliveryReceipt[], { revision }: LeadRecord): boolean {
  const ended = receipts.filter(({ outcome }) => outcome !== 'RETRYING').map((receipt) => receipt.revision);
  return new Set(ended).size === revision;
}

function expectAllAttempts(receipts: readonly DeliveryReceipt[], lead: LeadRecord): void {
  for (let revision = 1; revision <= lead.revision; revision++) {
    const own = receipts.filter((receipt) => receipt.revision === revision);
    expect(own.map(({ attempt }) => attempt)).toEqual(own.map((_receipt, index) => index + 1));
    const outcomes = own.map(({ outcome }) => outcome);
    expect(outcomes.slice(0, -1).every((outcome) => outcome === 'RETRYING')).toBe(true);
    if (revision === lead.revision) expect(own.at(-1)).toMatchObject({ outcome: 'DELIVERED', status: 204, destinationId: 'named-reps' });
  }
  expect(new Set(receipts.map(({ envelope }) => envelope.eventId)).size).toBe(receipts.length);
}
