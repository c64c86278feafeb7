/**
 * A lead that is offered to several agents by mail: the first who accepts by the link has it, whoever comes later is told so; who declines is
 * not asked again, and what nobody takes in all rounds goes where the pool says.
 */
import { decodeQuoted } from '@lead-router/cli/sinks/mail-sink.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { describe, expect, test } from 'vitest';
import { eventually } from '../scenario.ts';
import { click, type DeployedWorld } from './deployed-world.ts';

const ROUND_SECONDS = 6;

const CLAIM_RULES = `
name: claim
scoring:
  grades: [{ grade: HOT }]
rules:
  - { id: quick, when: lead.attributes.for == "quick", to: quick }
  - { id: offered, when: "true", to: hunters }
lastResort: chiefs
destinations: [{ id: sales, kind: SALES }]
pools:
  - { id: hunters, destination: sales, strategy: claim, offer: { agents: 3, within: 1h, time: wall }, agents: [{ id: ann }, { id: bob }, { id: cid }] }
  - id: quick
    destination: sales
    strategy: claim
    offer: { agents: 1, within: ${ROUND_SECONDS}s, time: wall, rounds: 2, unclaimed: exception }
    agents: [{ id: dee }, { id: eve }]
  - { id: chiefs, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }
communication:
  from: Lead desk <leads@example.com>
  owners: [{ destination: sales, to: "{{agentId}}@claim.example" }]
`;

export function claimStory(world: () => DeployedWorld): void {
  const offersOf = async ({ leadId, revision }: LeadRecord) =>
    (await world().outside.mails()).filter(({ messageId }) => messageId.startsWith(`<${leadId}.${revision}.offer.`));
  const offerTo = (lead: LeadRecord, agentId: string): Promise<string> =>
    eventually(`${agentId} is offered ${lead.leadId}`, async () => {
      const mail = (await offersOf(lead)).find(({ to }) => to.includes(`${agentId}@claim.example`));
      return mail === undefined ? null : decodeQuoted(mail.raw);
    });
  /** Postgres has them first. */
  const decisionsOf = ({ leadId }: LeadRecord, count: number) =>
    eventually(`${count} decisions of ${leadId} are in the topic`, async () => {
      const decided = (await world().scenario.decisions()).filter(({ envelope }) => envelope.leadId === leadId);
      return decided.length < count ? null : decided;
    });
  const isOffered = ({ stage }: LeadRecord): boolean => stage === 'OFFERED';

  describe('a pool that offers its leads', () => {
    test('asks three by mail; the first to accept by the link has it, and the second sees that it is gone', async () => {
      const { scenario, outside } = world();
      await scenario.flip(CLAIM_RULES);
      await scenario.submit([{ vendorReference: 'claimed', person: { lastName: 'Duck', phone: '914 555 0188' } }]);
      const lead = await scenario.lead('claimed', isOffered);
      expect(lead).toMatchObject({ poolId: 'hunters', agentId: null, revision: 1, offer: { round: 1, offeredTo: expect.any(Array) } });
      const mails = await Promise.all(['ann', 'bob', 'cid'].map((agentId) => offerTo(lead, agentId)));
      for (const mail of mails) {
        expect(mail).toContain('offered to you and 2 others');
        expect(mail).toContain('Duck');
      }
      const [toAnn = '', toBob = '', toCid = ''] = mails;

      expect(await click(toCid, 'Decline', { reason: 'no-capacity' })).toMatchObject({ status: 200 });
      await scenario.lead('claimed', ({ offer }) => offer?.declined.includes('cid') === true);
      const answers = await Promise.all([click(toAnn, 'Accept'), click(toBob, 'Accept')]);
      const owned = await scenario.lead('claimed', ({ stage }) => stage === 'ASSIGNED');
      const [first, second] = owned.agentId === 'ann' ? answers : [answers[1], answers[0]];
      expect(owned).toMatchObject({ revision: 2, acceptedAt: expect.any(Number), formerAgents: ['cid'] });
      expect(['ann', 'bob']).toContain(owned.agentId);
      // Whoever is not told in time which it is, is told that it is not known yet.
      expect([200, 202]).toContain(first.status);
      expect([409, 202]).toContain(second.status);
      const late = await click(owned.agentId === 'ann' ? toBob : toAnn, 'Accept');
      expect([late.status, late.text]).toEqual([409, expect.stringContaining('Somebody else has it already')]);

      const isWon = `<${lead.leadId}.2.email@`;
      const won = await eventually('the winner has the mail', async () => {
        const about = (await outside.mails()).filter(({ messageId }) => messageId.startsWith(isWon));
        return about.length === 0 ? null : about;
      });
      expect(won.map(({ to }) => to)).toEqual([[`${owned.agentId}@claim.example`]]);
      expect(decodeQuoted(won[0]?.raw ?? '')).toContain('you were the first to accept it');
      expect(await offersOf(lead)).toHaveLength(3);
      const decided = await decisionsOf(lead, 2);
      expect(decided).toMatchObject([
        { kind: 'OFFERED', agentId: null, offeredTo: expect.arrayContaining(['ann', 'bob', 'cid']) },
        { kind: 'ASSIGNED', cause: 'CLAIMED', agentId: owned.agentId, offeredTo: [] },
      ]);
    });

    test('asks another once the round is over, and gives what nobody takes to the final decision makers', async () => {
      const { scenario } = world();
      await scenario.submit([{ vendorReference: 'unclaimed', attributes: { for: 'quick' } }]);
      const end = await scenario.lead('unclaimed', ({ stage }) => stage === 'EXCEPTION');
      expect(end).toMatchObject({ poolId: 'chiefs', agentId: 'chief', revision: 3 });
      const decided = await decisionsOf(end, 3);
      expect(decided.map(({ kind, cause }) => [kind, cause])).toEqual([
        ['OFFERED', 'SUBMITTED'],
        ['OFFERED', 'OFFER_EXPIRED'],
        ['EXCEPTION', 'OFFER_EXPIRED'],
      ]);
      expect(decided.flatMap(({ offeredTo }) => offeredTo).sort()).toEqual(['dee', 'eve']);
    });
  });
}
