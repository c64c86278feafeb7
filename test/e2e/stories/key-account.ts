/** Scenario 2: a company name typed by hand is a key account: call center first; once qualified, the account's rep, with the call notes. */
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { describe, expect, test } from 'vitest';
import { eventually } from '../scenario.ts';
import { type DeployedWorld, mailTo, webhookAbout } from './deployed-world.ts';

/** As the table of key accounts has it: IBM is Alice Moreau's. */
const REP = { agentId: 'alice', poolId: 'accounts-of-alice', mail: 'alice.moreau@accounts.telecom.example' };
const NOTES = 'Replaces four hundred desk phones in Armonk; call before noon.';
const DESK = ['karen', 'keith', 'kim'];
/** What the scenario promises. */
const SOON_MS = 1_000;

export function keyAccountStory(world: () => DeployedWorld): void {
  describe('scenario 2: "Intl. Business Machines Corp"', () => {
    const reference = 'typed-by-hand';

    test('is the key account IBM: the call center has it first', async () => {
      const { scenario } = world();
      await scenario.submit([
        {
          vendorReference: reference,
          company: { name: 'Intl. Business Machines Corp' },
          person: { lastName: 'Watson', phone: '914 555 0123' },
        },
      ]);
      const lead = await scenario.lead(reference);
      expect(lead).toMatchObject({ stage: 'ASSIGNED', ruleId: 'key-account', poolId: 'key-account-desk', destinationId: 'call-center' });
      expect(DESK).toContain(lead.agentId);
    });

    test("qualified, it is its rep's within a second, with the call notes", async () => {
      const { scenario } = world();
      const leadId = scenario.leadId(reference);
      const saidAt = Date.now();
      await scenario.act(reference, 'QUALIFIED', { occurredAt: saidAt, more: { person: { notes: NOTES } } });
      const lead = await scenario.lead(reference, ({ revision }) => revision === 2);
      expect(lead).toMatchObject({
        stage: 'ASSIGNED',
        ruleId: 'account-of-alice',
        poolId: REP.poolId,
        agentId: REP.agentId,
        isQualified: true,
      });
      // By the events' own times: from the moment it was said to the one at which everybody could read who has it.
      expect((await publishedAt(world(), leadId)) - saidAt).toBeLessThan(SOON_MS);
      // How fast a mail goes is not what is promised here.
      expect(await mailTo(world(), REP.mail, leadId)).toContain(NOTES);
      const { body } = await webhookAbout(world(), leadId, 2);
      const told: unknown = JSON.parse(body);
      expect(told).toMatchObject({
        type: 'lead.assigned',
        data: { agentId: REP.agentId, lead: { company: { name: 'Intl. Business Machines Corp' } } },
      });
      expect(told).toHaveProperty('data.person.notes', expect.stringContaining(NOTES));
    });
  });
}

/** When the second decision was written to the topic. */
function publishedAt({ scenario }: DeployedWorld, leadId: LeadId): Promise<number> {
  return eventually('the second decision is in the topic', async () => {
    const records = (await scenario.read(TOPICS.decided.topic)).filter(({ key }) => String(key) === leadId);
    return records[1]?.timestampMs ?? null;
  });
}
