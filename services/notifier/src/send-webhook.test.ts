/** The webhook channel against a real server. */
import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { Destination } from '@lead-router/domain/rule-set.ts';
import type { LeasedDelivery } from '@lead-router/store/delivery-store.ts';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import { type Answer, startWebhookReceiver, type WebhookReceiver } from '../../../test/support/webhook-receiver.ts';
import { type Network, parseNetwork } from './checked-address.ts';
import { deliveryIdOf } from './delivery-id.ts';
import type { EarlierStory } from './lead-sheet.ts';
import { sendWebhook } from './send-webhook.ts';
import { signedHeaders, webhookKey } from './sign-webhook.ts';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const OLDER = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const NOW = 1_700_000_000_123;
const LOCAL = ['127.0.0.0/8'].map(parseNetwork).filter((network) => network !== null);

const receivers: WebhookReceiver[] = [];

afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});

async function receive(answer?: (request: number) => Answer): Promise<WebhookReceiver> {
  const receiver = await startWebhookReceiver(answer);
  receivers.push(receiver);
  return receiver;
}

const delivery: LeasedDelivery = {
  leadId: asLeadId('2f0c3f5e-5d1a-5b7e-9a43-0d6b2c1f7a10'),
  revision: 3,
  channel: 'webhook',
  destinationId: 'sales',
  poolId: 'field',
  agentId: 'ann',
  payload: Buffer.from('{"type":"lead.assigned","note":"Zürich"}'),
  attempt: 1,
  leaseToken: 1,
  isCurrent: true,
};

const earlier: EarlierStory = {
  ...{ leadId: asLeadId('9f0c3f5e-5d1a-5b7e-9a43-0d6b2c1f7a10'), vendor: 'acme', stage: 'CLOSED', outcome: 'WON', campaign: 'winter' },
  ...{ destinationId: 'sales', agentId: 'bob', submittedAt: 1, acceptedAt: 2, respondedAt: 3, isQualified: true },
  ...{ linkedTo: null, context: Buffer.from('personal'), comments: 'personal too' },
  history: [
    { eventId: 'e', activity: 'WON', occurredAt: 4, system: 'crm', agentId: 'bob', reason: null, isHumanResponse: true, learned: [] },
  ],
};

const sales = (url: string): Destination => ({
  destinationId: 'sales',
  kind: 'SALES',
  name: 'Sales',
  caps: { open: null, daily: null },
  zone: 'UTC',
  webhook: { url, secretEnv: 'SALES_SECRET' },
});

function send(
  url: string,
  known: {
    readonly secret?: string;
    readonly timeoutMs?: number;
    readonly destination?: Destination | undefined;
    readonly allowed?: readonly Network[];
    readonly payload?: Buffer;
  } = {},
) {
  const destination = 'destination' in known ? known.destination : sales(url);
  return sendWebhook(
    {
      destinationOf: (id) => (id === 'sales' ? destination : undefined),
      variable: (name) => ({ SALES_SECRET: known.secret ?? SECRET, SALES_URL: url })[name],
      guard: { allowed: known.allowed ?? LOCAL },
      now: () => NOW,
      timeoutMs: known.timeoutMs ?? 5_000,
      readEarlierLeads: async (_delivery, identities) => (identities.includes('known') ? [earlier] : []),
    },
    known.payload === undefined ? delivery : { ...delivery, payload: known.payload },
  );
}

describe('a webhook', () => {
  test('is one signed POST with the same id at every attempt', async () => {
    const { url, received } = await receive();
    expect(await send(url)).toEqual({ kind: 'ACCEPTED', status: 204 });
    expect(await send(url)).toEqual({ kind: 'ACCEPTED', status: 204 });
    const body = delivery.payload.toString('utf8');
    const message = { id: deliveryIdOf(delivery), timestampSeconds: Math.floor(NOW / 1000), body };
    for (const request of received) {
      expect(request.body).toBe(body);
      expect(request.headers).toMatchObject(signedHeaders(message, [webhookKey(SECRET)]));
    }
    expect(received).toHaveLength(2);
  });

  test('carries a signature by each key during a rotation', async () => {
    const { url, received } = await receive();
    await send(url, { secret: `${SECRET} ${OLDER}` });
    expect(String(received[0]?.headers['webhook-signature']).split(' ')).toHaveLength(2);
  });

  test.each([400, 404, 429, 500, 503])('may work later after status %i', async (status) => {
    const { url } = await receive(() => ({ status }));
    expect(await send(url)).toMatchObject({ kind: 'FAILED', code: 'LR_NOTIFIER_STATUS', status });
  });

  test('is given up when the receiver says that it is gone', async () => {
    const { url } = await receive(() => ({ status: 410 }));
    expect(await send(url)).toMatchObject({ kind: 'REFUSED', code: 'LR_NOTIFIER_GONE', status: 410 });
  });

  test.each([301, 302, 307, 308])('does not follow a redirect (%i): the signed lead goes nowhere else', async (status) => {
    const elsewhere = await receive();
    const { url } = await receive(() => ({ status, headers: { location: elsewhere.url } }));
    expect(await send(url)).toMatchObject({ kind: 'FAILED', code: 'LR_NOTIFIER_REDIRECT', status });
    expect(elsewhere.received).toEqual([]);
  });

  test('waits for an answer so long and no longer', async () => {
    const { url } = await receive(() => ({ status: 200, hangs: true }));
    expect(await send(url, { timeoutMs: 100 })).toMatchObject({
      kind: 'FAILED',
      code: 'LR_NOTIFIER_TIMEOUT',
      detail: 'no answer within 100 ms',
    });
  });

  test('may work later where nobody listens', async () => {
    const receiver = await startWebhookReceiver();
    await receiver.close();
    expect(await send(receiver.url)).toMatchObject({ kind: 'FAILED', code: 'LR_NOTIFIER_UNREACHABLE', status: null });
  });

  test('is refused where the destination has no webhook any more', async () => {
    const { url } = await receive();
    expect(await send(url, { destination: { ...sales(url), webhook: null } })).toMatchObject({
      kind: 'REFUSED',
      code: 'LR_NOTIFIER_NO_CHANNEL',
    });
    expect(await send(url, { destination: undefined })).toMatchObject({ kind: 'REFUSED', code: 'LR_NOTIFIER_NO_CHANNEL' });
  });

  test('goes to the address that a variable holds, where the rules name one', async () => {
    const { url, received } = await receive();
    expect(await send(url, { destination: sales('$SALES_URL') })).toMatchObject({ kind: 'ACCEPTED' });
    expect(received).toHaveLength(1);
    expect(await send(url, { destination: sales('$NOT_SET') })).toMatchObject({
      kind: 'FAILED',
      detail: 'set NOT_SET to the address of the webhook',
    });
    expect(await send('postgres://127.0.0.1/x', { destination: sales('$SALES_URL') })).toMatchObject({ code: 'LR_NOTIFIER_NO_CHANNEL' });
  });

  test('never connects to what is not public, unless a setting allows it', async () => {
    const { url, received } = await receive();
    expect(await send(url, { allowed: [] })).toMatchObject({ kind: 'FAILED', code: 'LR_NOTIFIER_ADDRESS_REFUSED', status: null });
    expect(await send(url.replace('127.0.0.1', 'localhost'), { allowed: [] })).toMatchObject({ code: 'LR_NOTIFIER_ADDRESS_REFUSED' });
    expect(await send(url.replace('127.0.0.1', 'no-such-host.invalid'))).toMatchObject({ code: 'LR_NOTIFIER_UNREACHABLE' });
    expect(received).toEqual([]);
  });

  test('passes on how long the receiver wants to be left alone', async () => {
    const { url } = await receive(() => ({ status: 503, headers: { 'retry-after': '120' } }));
    expect(await send(url)).toMatchObject({ kind: 'FAILED', retryAfterMs: 120_000 });
  });

  test('tells how earlier leads of the person ended, and nothing that was said then', async () => {
    const { url, received } = await receive();
    const about = (identities: readonly string[]) =>
      Buffer.from(JSON.stringify({ type: 'lead.assigned', data: { enrichment: { identities } } }));
    await send(url, { payload: about(['known']) });
    await send(url, { payload: about(['stranger']) });
    const [known, stranger] = received.map(({ body }) => JSON.parse(body));
    expect(known.data.earlierLeads).toEqual([
      {
        ...{ leadId: earlier.leadId, vendor: 'acme', stage: 'CLOSED', outcome: 'WON', campaign: 'winter', isQualified: true },
        ...{ destinationId: 'sales', agentId: 'bob', submittedAt: 1, acceptedAt: 2, respondedAt: 3, linkedTo: null },
        lastActivity: { activity: 'WON', occurredAt: 4, agentId: 'bob', system: 'crm', reason: null },
      },
    ]);
    expect(stranger).toEqual(JSON.parse(about(['stranger']).toString()));
  });

  test('is believed by the reference library, with either key of a rotation', async () => {
    const { url, received } = await receive();
    await sendWebhook(
      {
        destinationOf: () => sales(url),
        variable: () => `${SECRET} ${OLDER}`,
        guard: { allowed: LOCAL },
        now: () => Date.now(),
        timeoutMs: 5_000,
        readEarlierLeads: async () => [],
      },
      delivery,
    );
    const [{ body, headers } = { body: '', headers: {} }] = received;
    const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
    for (const secret of [SECRET, OLDER]) expect(new Webhook(secret).verify(body, given)).toEqual(JSON.parse(body));
    expect(() => new Webhook(SECRET).verify(`${body} `, given)).toThrow();
  });

  test('waits for its secret, and never shows one', async () => {
    const { url, received } = await receive();
    expect(await send(url, { secret: '' })).toMatchObject({
      kind: 'FAILED',
      code: 'LR_NOTIFIER_NO_CHANNEL',
      detail: 'set SALES_SECRET to the secret of the webhook',
    });
    const answer = await send(url, { secret: 'whsec_c2hvcnQ=' });
    expect(answer).toMatchObject({
      kind: 'FAILED',
      code: 'LR_NOTIFIER_NO_CHANNEL',
      detail: expect.stringMatching(/^SALES_SECRET: .*this one has 5/),
    });
    expect(JSON.stringify(answer)).not.toContain('c2hvcnQ');
    expect(received).toEqual([]);
  });
});
