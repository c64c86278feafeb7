/** Links in mails, through the whole gateway: what a click shows, what the button does, and that nothing else does anything. */
import { ANSWER_ACTIONS, type Answer, answerEventId, signAnswer } from '@lead-router/contracts/answer-token.ts';
import type { LeadActivity } from '@lead-router/contracts/generated/wire-types.ts';
import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aLead } from '../../../test/contract/router-store-fixture.ts';
import { ANSWER_KEY, createTestGateway, openCodecs, type TestGateway } from './test-gateway.test-support.ts';

const LEAD_ID = asLeadId('2f0c3f5e-5d1a-5b7e-9a43-0d6b2c1f7a10');

let gateway: TestGateway;

beforeEach(async () => {
  gateway = await createTestGateway();
  putLead({});
});
afterEach(() => gateway.stop());

function putLead(known: Partial<LeadRecord>): void {
  gateway.store.putLead({ ...aLead(), leadId: LEAD_ID, revision: 3, stage: 'ASSIGNED', agentId: 'ann', ...known });
}

function answer(known: Partial<Answer> = {}): Answer {
  return { leadId: LEAD_ID, revision: 3, agentId: 'ann', action: 'ACCEPTED', expiresAt: Date.now() + 3_600_000, ...known };
}

const url = (known: Partial<Answer> = {}, key = ANSWER_KEY): string => `/answers/${signAnswer(answer(known), key)}`;
const open = (link: string) => gateway.app.inject({ method: 'GET', url: link });
const click = (link: string, form = '') =>
  gateway.app.inject({ method: 'POST', url: link, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: form });

async function activities(): Promise<readonly (LeadActivity & { readonly eventId: string })[]> {
  const { inbox: codec } = await openCodecs();
  return gateway.sent.map(({ value }) => {
    const { envelope, body } = codec.decode(value ?? Buffer.alloc(0));
    if (!('leadrouter.v1.LeadActivity' in body)) throw new Error('an activity was expected');
    return { ...body['leadrouter.v1.LeadActivity'], eventId: envelope.eventId };
  });
}

describe('opening a link', () => {
  test.each(ANSWER_ACTIONS)('for %s shows a form and does nothing, however often', async (action) => {
    for (const method of ['GET', 'GET', 'HEAD'] as const) {
      const page = await gateway.app.inject({ method, url: url({ action }) });
      expect(page.statusCode).toBe(200);
      expect(page.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
      });
      if (method === 'GET') expect(page.body).toContain('<form method="post">');
    }
    expect(gateway.sent).toEqual([]);
  });

  test('asks for a reason and notes where they belong', async () => {
    expect((await open(url({ action: 'DECLINED' }))).body).toContain('<option value="no-capacity">');
    expect((await open(url({ action: 'QUALIFIED' }))).body).toContain('<textarea name="notes"');
    expect((await open(url())).body).not.toMatch(/<select|<textarea/);
  });
});

describe('the button', () => {
  test.each(ANSWER_ACTIONS)('says %s of this assignment, by this agent', async (action) => {
    const page = await click(url({ action }), 'reason=other&notes=');
    expect(page.statusCode).toBe(200);
    const reason = action === 'DECLINED' || action === 'DISQUALIFIED' ? 'other' : null;
    expect(await activities()).toMatchObject([
      {
        activity: action,
        agentId: 'ann',
        revision: 3,
        system: 'answer-link',
        reason,
        isHumanResponse: true,
        eventId: answerEventId(answer({ action })),
      },
    ]);
    expect(gateway.sent).toMatchObject([{ topic: 'lead.inbox.v1', key: LEAD_ID }]);
  });

  test('pressed twice makes one and the same event', async () => {
    const link = url();
    await Promise.all([click(link), click(link), click(link)]);
    expect(new Set((await activities()).map(({ eventId }) => eventId)).size).toBe(1);
  });

  test('carries the notes, cleaned, as what is personal', async () => {
    await click(url({ action: 'QUALIFIED' }), new URLSearchParams({ notes: ' wants 200 phones\u0000\nby May ' }).toString());
    expect(await activities()).toMatchObject([{ person: { notes: 'wants 200 phones\nby May' }, attributes: {} }]);
  });

  test('does nothing without a reason, nor with one that we do not know', async () => {
    for (const form of ['', 'reason=', 'reason=%3Cscript%3E']) {
      const page = await click(url({ action: 'DECLINED' }), form);
      expect([page.statusCode, page.body]).toEqual([422, expect.stringContaining('Choose a reason.')]);
      expect(page.body).not.toContain('<script');
    }
    expect((await click(url({ action: 'QUALIFIED' }), `notes=${'x'.repeat(20_000)}`)).statusCode).toBe(422);
    expect((await click(url({ action: 'QUALIFIED' }), `notes=${'x'.repeat(70_000)}`)).statusCode).toBe(413);
    expect(gateway.sent).toEqual([]);
  });

  test('works for a destination without agents', async () => {
    putLead({ agentId: null });
    expect((await click(url({ agentId: null }))).statusCode).toBe(200);
    expect(await activities()).toMatchObject([{ agentId: null }]);
  });
});

describe('a link that', () => {
  const isDead = async (link: string, status: number): Promise<void> => {
    for (const page of [await open(link), await click(link, 'reason=other')]) expect(page.statusCode).toBe(status);
    expect(gateway.sent).toEqual([]);
  };

  test.each([
    ['was signed by somebody else', () => url({}, 'another key, as long as the right one'), 404],
    ['was cut off', () => url().slice(0, -5), 404],
    ['is no token at all', () => '/answers/x', 404],
    ['is far too long', () => `/answers/${'x'.repeat(5_000)}`, 404],
    ['has run out', () => url({ expiresAt: Date.now() - 1 }), 410],
    ['belongs to an earlier assignment', () => url({ revision: 2 }), 409],
    ['names a lead that is unknown', () => url({ leadId: asLeadId('2f0c3f5e-5d1a-5b7e-9a43-0d6b2c1f7a11') }), 409],
  ])('%s does nothing', (_name, link, status) => isDead(link(), status));

  test('belongs to a closed lead does nothing', () => {
    putLead({ stage: 'CLOSED' });
    return isDead(url(), 409);
  });
});

test('while Kafka is down the page says so, and the same link works later', async () => {
  gateway.kafkaIsDown = true;
  const page = await click(url());
  expect([page.statusCode, page.headers['content-type'], page.body]).toEqual([
    503,
    'text/html; charset=utf-8',
    expect.stringContaining('Nothing was recorded'),
  ]);
  expect(gateway.logged.join()).not.toContain(signAnswer(answer(), ANSWER_KEY).slice(0, 40));
  gateway.kafkaIsDown = false;
  expect((await click(url())).statusCode).toBe(200);
});
