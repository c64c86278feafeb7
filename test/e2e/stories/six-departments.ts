/**
 * Scenarios 4 to 6 over the sample rule set: each grade reaches its department, answers and clicks move a lead on, and who comes again is
 * known again.
 */
import { cliJson } from '@lead-router/cli/run-cli.test-support.ts';
import { decodeQuoted } from '@lead-router/cli/sinks/mail-sink.ts';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import type { LeadDecided } from '@lead-router/contracts/generated/wire-types.ts';
import { createRegistrySchemas } from '@lead-router/contracts/registry-schemas.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { Grade, LeadId } from '@lead-router/domain/lead.ts';
import { describe, expect, test } from 'vitest';
import { eventually } from '../scenario.ts';
import { click, type DeployedWorld, deliveryOf, mailsTo, mailTo } from './deployed-world.ts';

const BUYS_SOON = { timeFrame: 'WITHIN_3_MONTHS', authority: 'DECIDES', budget: 150_000 };
interface Department {
  readonly grade: Grade;
  readonly destinationId: string;
  readonly poolId: string;
  readonly said: Readonly<Record<string, unknown>>;
  /** To several of the department, before it is anybody's. */
  readonly isOffered?: true;
}

const DEPARTMENTS: readonly Department[] = [
  { grade: 'HOT', destinationId: 'sales', poolId: 'sales-south', said: { qualification: BUYS_SOON } },
  {
    ...{ grade: 'HIGH_POTENTIAL', destinationId: 'call-center', poolId: 'outbound-calls' },
    said: { qualification: { ...BUYS_SOON, timeFrame: 'MONTHS_7_TO_12' } },
  },
  { grade: 'NEED_INFORMATION', destinationId: 'call-center', poolId: 'information-desk', said: {} },
  {
    ...{ grade: 'LOW_POTENTIAL', destinationId: 'web', poolId: 'web-shop' },
    said: { qualification: { timeFrame: 'MONTHS_4_TO_6', authority: 'NONE' } },
  },
  { grade: 'PARTNER_OPPORTUNITY', destinationId: 'partners', poolId: 'partner-desk', said: { channel: 'partner' }, isOffered: true },
  {
    ...{ grade: 'NEED_NURTURING', destinationId: 'nurture', poolId: 'nurture-campaigns' },
    said: { qualification: { ...BUYS_SOON, timeFrame: 'LATER' }, consent: { email: true, proof: 'form 7' } },
  },
];
const referenceOf = (grade: Grade): string => `grade-${grade}`;

export function sixDepartmentsStory(world: () => DeployedWorld): void {
  describe('scenario 4: each of the six grades', () => {
    test.each(DEPARTMENTS)('$grade reaches its department, $destinationId', async ({ grade, destinationId, poolId, said, isOffered }) => {
      const reference = referenceOf(grade);
      const person = { email: `${reference.toLowerCase()}@acme-widgets.example` };
      await world().scenario.submit([{ vendorReference: reference, person, location: { country: 'US', region: 'TX' }, ...said }]);
      expect(await world().scenario.lead(reference)).toMatchObject({
        stage: isOffered ? 'OFFERED' : 'ASSIGNED',
        ...{ grade, destinationId, poolId },
      });
    });

    test('Partner Opportunity is offered to two partners by mail: the first to accept has it, and it is nobody else’s', async () => {
      const { scenario } = world();
      const person = { email: 'seller@acme-widgets.example', comments: 'We would like to become a partner in our region.' };
      await scenario.submit([{ vendorReference: 'seller', person }]);
      const offered = await scenario.lead('seller', ({ stage }) => stage === 'OFFERED');
      const [other = '', winner = ''] = offered.offer?.offeredTo ?? [];
      const offerTo = (agentId: string) => mailTo(world(), `${agentId}@partners.telecom.example`, offered.leadId);
      const [toOther, toWinner] = [await offerTo(other), await offerTo(winner)];
      for (const mail of [toOther, toWinner]) expect(mail).toContain('offered to you and 1 other');

      // The same person again while the lead is nobody's: linked, and there is nobody to be told.
      await scenario.submit([{ vendorReference: 'seller-again', person: { ...person, comments: 'We have two shops in Austin.' } }]);
      const again = await scenario.lead('seller-again');
      expect(again).toMatchObject({ stage: 'LINKED', linkedTo: offered.leadId, agentId: null });
      await deliveryOf(world(), { leadId: again.leadId, channel: 'email', isSo: () => true });

      // Who is away by word cannot have it, and is told why; the offer stays.
      const { env } = scenario.system.infrastructure;
      await cliJson(['agents', 'away', other], env);
      const away = await click(toOther, 'Accept');
      expect([away.status, away.text]).toEqual([409, expect.stringContaining('You are said to be away')]);
      await cliJson(['agents', 'back', other], env);
      expect(await click(toWinner, 'Accept')).toMatchObject({ status: 200, text: expect.stringContaining('The lead is yours') });
      const late = await click(toOther, 'Accept');
      expect([late.status, late.text]).toEqual([409, expect.stringContaining('Somebody else has it already')]);
      const owned = await scenario.lead('seller', ({ stage }) => stage === 'ASSIGNED');
      expect(owned).toMatchObject({ agentId: winner, destinationId: 'partners', poolId: 'partner-desk', acceptedAt: expect.any(Number) });
      expect((await decisionOf(world(), owned.leadId, owned.revision)).cause).toBe('CLAIMED');
      const toOwner = await eventually('the winner has the mail', async () => {
        const mails = await mailsTo(world(), `${winner}@partners.telecom.example`, owned.leadId);
        const won = mails.find(({ messageId }) => messageId.startsWith(`<${owned.leadId}.${owned.revision}.email@`));
        return won === undefined ? null : decodeQuoted(won.raw);
      });
      expect(toOwner).toContain(`${again.leadId} belongs to this lead`);
      expect(toOwner).toContain('said: We have two shops in Austin.');
    });

    test('Need Information comes back with the answers, and ends up Hot', async () => {
      const { scenario } = world();
      const reference = referenceOf('NEED_INFORMATION');
      const notes = 'Moves to Austin in May, signs in April.';
      await scenario.act(reference, 'ANSWERED', { more: { answers: BUYS_SOON, person: { notes } } });
      const hot = await scenario.lead(reference, ({ revision }) => revision === 2);
      expect(hot).toMatchObject({ stage: 'ASSIGNED', grade: 'HOT', destinationId: 'sales', poolId: 'sales-south' });
      expect((await decisionOf(world(), hot.leadId, 2)).context).toMatchObject({
        lead: { qualification: BUYS_SOON },
        person: { notes: expect.stringContaining(notes) },
      });
    });
  });

  test("scenario 5: a nurtured lead's clicks raise it to Hot, and sales has it with its history", async () => {
    const { scenario } = world();
    const reference = referenceOf('NEED_NURTURING');
    for (const reason of ['opened', 'clicked', 'clicked', 'visited'])
      await scenario.act(reference, 'ENGAGED', { agentId: null, more: { reason } });
    const hot = await scenario.lead(reference, ({ grade }) => grade === 'HOT');
    expect(hot).toMatchObject({ stage: 'ASSIGNED', destinationId: 'sales', poolId: 'sales-south' });
    const { cause, context } = await decisionOf(world(), hot.leadId, hot.revision);
    expect(cause).toBe('ENGAGED');
    expect(context.history.map(({ activity, reason }) => [activity, reason])).toEqual(
      ['opened', 'clicked', 'clicked', 'visited'].map((reason) => ['ENGAGED', reason]),
    );
  });

  test('scenario 6: the same person submits again: same owner, linked, the earlier outcome in the context', async () => {
    const { scenario } = world();
    const enquiry = (vendorReference: string, comments: string) => ({
      vendorReference,
      person: { email: 'Pat.Again@acme-widgets.example', comments },
    });
    await scenario.submit([enquiry('again-1', 'The warranty card is missing.')]);
    const first = await scenario.lead('again-1');
    // Others in between, so that the same owner is no accident of the order.
    await scenario.submit(
      ['a', 'b', 'c'].map((name) => ({ vendorReference: `between-${name}`, person: { comments: 'No warranty card.' } })),
    );
    for (const name of ['a', 'b', 'c']) await scenario.lead(`between-${name}`);
    await scenario.submit([enquiry('again-2', 'And the warranty?')]);
    expect(await scenario.lead('again-2')).toMatchObject({ stage: 'LINKED', linkedTo: first.leadId, agentId: first.agentId });
    await scenario.act('again-1', 'LOST', { more: { reason: 'bought elsewhere' } });
    await scenario.lead('again-1', ({ stage }) => stage === 'CLOSED');
    await scenario.submit([enquiry('again-3', 'The warranty again.')]);
    const third = await scenario.lead('again-3');
    expect(third).toMatchObject({ stage: 'ASSIGNED', agentId: first.agentId, linkedTo: null });
    const told = await mailTo(world(), `${first.agentId}@service.telecom.example`, third.leadId);
    expect(told.replaceAll(/\s+/g, ' ').toLowerCase()).toContain('bought elsewhere');
  });
}

/** With its whole context, as a read_committed consumer sees it. */
function decisionOf({ scenario }: DeployedWorld, leadId: LeadId, revision: number): Promise<LeadDecided> {
  return eventually(`revision ${revision} of ${leadId} is in the topic`, async () => {
    const schemas = createRegistrySchemas({ registryUrl: scenario.system.infrastructure.addresses.schemaRegistryUrl });
    const codec = await openTopicCodec(schemas, 'decided');
    const values = (await scenario.read(TOPICS.decided.topic)).flatMap(({ key, value }) =>
      value !== null && String(key) === leadId ? [value] : [],
    );
    return values.map((value) => codec.decode(value)).find((decision) => decision.revision === revision) ?? null;
  });
}
