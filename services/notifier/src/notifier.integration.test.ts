/** The notifier as a process, with a mail server and a webhook receiver as another: both are killed, and nothing is lost or reordered. */

import { decodeQuoted } from '@lead-router/cli/sinks/mail-sink.ts';
import { readAnswer } from '@lead-router/contracts/answer-token.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aLead } from '../../../test/contract/router-store-fixture.ts';
import { type OutsideProcess, startOutsideProcess } from '../../../test/support/outside-process.ts';
import { type NotifierWorld, openNotifierWorld } from './notifier-process.test-support.ts';

const RULES = `
name: notifier
scoring: { grades: [{ grade: HOT }] }
rules:
  - { id: old-product, description: Products that are no longer supported, when: '"old" in lead.topics', to: service }
  - { id: all, when: "true", to: field }
lastResort: chiefs
destinations:
  - { id: sales, kind: SALES, name: Field sales, webhook: { url: $SALES_URL, secretEnv: SALES_SECRET } }
  - { id: service, kind: CUSTOMER_SERVICE, name: Customer service }
pools:
  - { id: field, destination: sales, agents: [{ id: ann, name: Ann Berg }, { id: bob }] }
  - { id: service, destination: service, agents: [{ id: sue }, { id: nobody }, { id: slow }] }
  - { id: chiefs, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }
communication:
  from: Lead desk <leads@example.com>
  owners: [{ destination: sales, to: "{{agentId}}@sales.example.com" }, { destination: service, to: "{{agentId}}@service.example.com" }]
  replies:
    - id: old-product
      rules: [old-product]
      answersEnquiry: true
      subject: Your phone system
      text: "Dear {{firstName|customer}}, see https://example.com/old"
`;

const SECRET = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const KEY = 'a_key_of_the_integration_test_of_the_notifier';
const PATIENCE = { timeout: 20_000, interval: 100 };

let outside: OutsideProcess;
let world: NotifierWorld;

beforeAll(async () => {
  outside = await startOutsideProcess();
  world = await openNotifierWorld({
    rules: RULES,
    env: {
      ...{
        SALES_URL: outside.webhookUrl,
        SALES_SECRET: SECRET,
        NOTIFIER_SMTP_URL: outside.smtpUrl,
        NOTIFIER_ALLOWED_NETWORKS: '127.0.0.1',
      },
      ...{
        NOTIFIER_RETRY_SECONDS: Array.from({ length: 40 }, () => '0.3').join(),
        NOTIFIER_SEND_TIMEOUT_MS: '1500',
        NOTIFIER_LEASE_MS: '3000',
      },
      ...{ NOTIFIER_POLL_MS: '50', NOTIFIER_MAIL_DOMAIN: 'leads.example.com' },
      ...{ ANSWER_LINK_URL: 'https://leads.example.com/', ANSWER_LINK_KEY: KEY },
    },
  });
  await world.start();
});

afterAll(async () => {
  await world.close();
  await outside.close();
});

beforeEach(() => outside.restart());

const toSales = (known: Partial<LeadRecord> = {}): LeadRecord =>
  aLead({ poolId: 'field', destinationId: 'sales', agentId: 'ann', ruleId: 'all', ...known });
const toService = (known: Partial<LeadRecord> = {}): LeadRecord =>
  aLead({ poolId: 'service', destinationId: 'service', agentId: 'sue', ruleId: 'old-product', ...known });
const moved = (lead: LeadRecord, known: Partial<LeadRecord>): LeadRecord => ({
  ...lead,
  version: lead.version + 1,
  revision: lead.revision + 1,
  ...known,
});

const mailsAbout = async ({ leadId }: LeadRecord) => (await outside.mails()).filter(({ messageId }) => messageId.includes(leadId));
const webhooksAbout = async ({ leadId }: LeadRecord) => (await outside.webhooks()).filter(({ id }) => id.startsWith(leadId));
const receiptsOf = async ({ leadId }: LeadRecord, channel: string) =>
  (await world.receipts(leadId))
    .filter((receipt) => receipt.channel === channel)
    .map(({ revision, attempt, outcome }) => [revision, attempt, outcome]);

describe('an assigned lead', () => {
  test('is told by webhook and by mail, with its whole context, links to answer by and a receipt for each', async () => {
    const lead = toSales();
    await world.decide({
      lead,
      known: { campaign: 'spring-fair' },
      person: { lastName: 'Duck', email: 'd.duck@example.org', phone: '+1 555 0100' },
    });
    await expect.poll(() => receiptsOf(lead, 'EMAIL'), PATIENCE).toEqual([[1, 1, 'DELIVERED']]);
    await expect.poll(() => receiptsOf(lead, 'WEBHOOK'), PATIENCE).toEqual([[1, 1, 'DELIVERED']]);
    const [mail, ...others] = await mailsAbout(lead);
    expect(others).toEqual([]);
    expect(mail).toMatchObject({ to: ['ann@sales.example.com'], messageId: `<${lead.leadId}.1.email@leads.example.com>` });
    const text = decodeQuoted(mail?.raw ?? '');
    for (const known of ['d.duck@example.org', '+1 555 0100', 'spring-fair', 'Duck']) expect(text).toContain(known);
    const tokens = [...new Set([...text.matchAll(/https:\/\/leads\.example\.com\/answers\/([\w-]+)/g)].map(([, token]) => token ?? ''))];
    const answers = tokens.map((token) => readAnswer(token, { keys: [KEY], now: lead.decidedAt }));
    expect(answers).toMatchObject(
      ['ACCEPTED', 'DECLINED', 'CONTACTED', 'QUALIFIED', 'DISQUALIFIED'].map((action) => ({
        kind: 'VALID',
        answer: { action, leadId: lead.leadId, revision: 1, agentId: 'ann' },
      })),
    );
    const [webhook] = await webhooksAbout(lead);
    expect(new Webhook(SECRET).verify(webhook?.body ?? '', { ...webhook?.headers })).toMatchObject({
      type: 'lead.assigned',
      data: { leadId: lead.leadId, agentId: 'ann', person: { lastName: 'Duck' } },
    });
    expect(await world.activities(lead.leadId)).toEqual([]);
  });

  test('of a product no longer supported is answered once, whatever becomes of it', async () => {
    const lead = toService();
    const person = { firstName: 'Ann', email: 'asker@example.org', comments: 'my old phone is broken' };
    await world.decide({ lead, person });
    await expect.poll(() => receiptsOf(lead, 'REPLY'), PATIENCE).toEqual([[1, 1, 'DELIVERED']]);
    await world.decide({ lead, person, isRepeat: true });
    const again = moved(lead, { agentId: 'bob' });
    await world.decide({ lead: again, person });
    await expect
      .poll(() => receiptsOf(lead, 'EMAIL'), PATIENCE)
      .toEqual([
        [1, 1, 'DELIVERED'],
        [2, 1, 'DELIVERED'],
      ]);
    const replies = (await outside.mails()).filter(({ to }) => to.includes('asker@example.org'));
    expect(replies).toMatchObject([{ subject: 'Your phone system', messageId: `<${lead.leadId}.1.reply@leads.example.com>` }]);
    expect(decodeQuoted(replies[0]?.raw ?? '')).toContain('Dear Ann, see https://example.com/old');
    expect(replies[0]?.raw.toLowerCase()).toContain('auto-submitted: auto-replied');
  });

  test('gets no mail itself without opt-in when it has asked nothing', async () => {
    const lead = toService();
    await world.decide({ lead, person: { email: 'silent@example.org' } });
    await expect.poll(() => receiptsOf(lead, 'EMAIL'), PATIENCE).toEqual([[1, 1, 'DELIVERED']]);
    expect((await outside.mails()).filter(({ to }) => to.includes('silent@example.org'))).toEqual([]);
  });
});

describe('an owner', () => {
  test('is warned by mail, once, of each promise that is about to be broken, with the lead as it is known by then', async () => {
    const lead = toSales();
    await world.decide({ lead, known: { campaign: 'spring-fair' }, person: { phone: '+1 555 0100' } });
    await expect.poll(() => receiptsOf(lead, 'EMAIL'), PATIENCE).toEqual([[1, 1, 'DELIVERED']]);
    const dueAt = Date.UTC(2026, 10, 23, 9, 5);
    await world.warn(lead, { kind: 'ACCEPT_WARNED', dueAt });
    await world.warn(lead, { kind: 'ACCEPT_WARNED', dueAt });
    await world.warn(lead, { kind: 'RESPONSE_WARNED', dueAt });
    await expect.poll(() => receiptsOf(lead, 'ACCEPT_WARNING'), PATIENCE).toEqual([[1, 1, 'DELIVERED']]);
    await expect.poll(() => receiptsOf(lead, 'RESPONSE_WARNING'), PATIENCE).toEqual([[1, 1, 'DELIVERED']]);
    const warning = (await mailsAbout(lead)).find(({ messageId }) => messageId === `<${lead.leadId}.1.accept-warning@leads.example.com>`);
    expect(warning).toMatchObject({ to: ['ann@sales.example.com'], subject: expect.stringMatching(/^Due Mon, 23 Nov 2026, 09:05/) });
    const text = decodeQuoted(warning?.raw ?? '');
    for (const known of ['Accept it by Mon, 23 Nov 2026, 09:05', '+1 555 0100', 'spring-fair', '/answers/']) expect(text).toContain(known);
    expect(await mailsAbout(lead)).toHaveLength(3);
  });

  test('is not warned when the lead has gone on by then', async () => {
    const lead = toSales();
    await world.decide({ lead: moved(lead, { agentId: 'bob' }) });
    await world.warn(lead, { kind: 'ACCEPT_WARNED', dueAt: Date.now() });
    await expect.poll(() => receiptsOf(lead, 'ACCEPT_WARNING'), PATIENCE).toEqual([[1, 1, 'SUPERSEDED']]);
  });
});

test('while the outside is down nothing is lost, and a lead is told in order once it is back; receipts show each attempt', async () => {
  await outside.kill();
  const leads = Array.from({ length: 12 }, () => toSales());
  for (const lead of leads) await world.decide({ lead });
  const [first] = leads;
  if (first === undefined) throw new Error('there are leads');
  await expect.poll(async () => (await receiptsOf(first, 'EMAIL')).length, PATIENCE).toBeGreaterThan(2);
  const handedOn = leads.slice(0, 6).map((lead) => moved(lead, { agentId: 'bob' }));
  for (const lead of handedOn) await world.decide({ lead });
  await outside.restart();
  const latest = [...handedOn, ...leads.slice(6)];
  for (const lead of latest)
    for (const channel of ['EMAIL', 'WEBHOOK'] as const) {
      await expect
        // That an earlier assignment was superseded may be told after this one was delivered.
        .poll(async () => (await receiptsOf(lead, channel)).filter(([revision]) => revision === lead.revision).at(-1), PATIENCE)
        .toEqual([lead.revision, expect.any(Number), 'DELIVERED']);
      const receipts = (await world.receipts(lead.leadId)).filter((receipt) => receipt.channel === channel);
      const last = receipts.filter(({ revision }) => revision === lead.revision);
      expect(last.map(({ attempt }) => attempt)).toEqual(last.map((_receipt, index) => index + 1));
      expect(new Set(receipts.map(({ envelope }) => envelope.eventId)).size).toBe(receipts.length);
    }
  for (const lead of latest) {
    const ids = (await webhooksAbout(lead)).map(({ id }) => id);
    expect(ids).toEqual([`${lead.leadId}.${lead.revision}.webhook`]);
    expect((await mailsAbout(lead)).map(({ to }) => to)).toEqual([[`${lead.agentId}@sales.example.com`]]);
  }
});

test('killed between acceptance and record it repeats the mail with the same Message-ID, and says so in the receipts', async () => {
  const lead = toService({ agentId: 'slow', ruleId: 'all' });
  await world.decide({ lead });
  // The mail server has it in its file, and has not answered yet.
  await expect.poll(async () => (await mailsAbout(lead)).length, { ...PATIENCE, interval: 10 }).toBe(1);
  await world.kill();
  await world.start();
  await expect
    .poll(() => receiptsOf(lead, 'EMAIL'), PATIENCE)
    .toEqual([
      [1, 1, 'RETRYING'],
      [1, 2, 'DELIVERED'],
    ]);
  const ids = (await mailsAbout(lead)).map(({ messageId }) => messageId);
  expect(ids).toEqual([ids[0], ids[0]]);
  expect((await world.receipts(lead.leadId)).map(({ errorCode }) => errorCode)).toEqual(['LR_NOTIFIER_OUTCOME_UNKNOWN', null]);
});

test('an owner who cannot be reached by any channel is an activity for the router, once', async () => {
  const lead = toService({ agentId: 'nobody', ruleId: 'all' });
  await world.decide({ lead });
  await expect.poll(() => receiptsOf(lead, 'EMAIL'), PATIENCE).toEqual([[1, 1, 'UNDELIVERABLE']]);
  expect(await world.activities(lead.leadId)).toMatchObject([
    {
      body: {
        'leadrouter.v1.LeadActivity': {
          ...{ activity: 'UNDELIVERABLE', system: 'notifier', agentId: 'nobody', revision: 1, reason: 'LR_NOTIFIER_MAIL_REFUSED' },
          isHumanResponse: false,
        },
      },
    },
  ]);
  const told = toSales({ agentId: 'nobody' });
  await world.decide({ lead: told });
  await expect.poll(() => receiptsOf(told, 'EMAIL'), PATIENCE).toEqual([[1, 1, 'UNDELIVERABLE']]);
  await expect.poll(() => receiptsOf(told, 'WEBHOOK'), PATIENCE).toEqual([[1, 1, 'DELIVERED']]);
  expect(await world.activities(told.leadId)).toEqual([]);
});
