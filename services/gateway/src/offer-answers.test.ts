/** Links to answer an offer by, through the whole gateway: who may still say something, and what the page knows of who was first. */
import { type Answer, signAnswer } from '@lead-router/contracts/answer-token.ts';
import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aLead } from '../../../test/contract/router-store-fixture.ts';
import { giveAnswer } from './answer-links.ts';
import { ANSWER_KEY, createTestGateway, openCodecs, type TestGateway } from './test-gateway.test-support.ts';

const LEAD_ID = asLeadId('2f0c3f5e-5d1a-5b7e-9a43-0d6b2c1f7a10');
const OFFER = { round: 2, offeredTo: ['ann', 'bob'], declined: ['cid'], expired: ['dee'], expiresAt: 9_000_000_000_000 };

let gateway: TestGateway;

beforeEach(async () => {
  gateway = await createTestGateway();
  putOffered();
});
afterEach(() => gateway.stop());

function putOffered(): void {
  gateway.store.putLead({ ...aLead(), leadId: LEAD_ID, revision: 3, stage: 'OFFERED', agentId: null, offer: OFFER });
}

function putOwned(agentId: string): void {
  gateway.store.putLead({ ...aLead(), leadId: LEAD_ID, revision: 4, stage: 'ASSIGNED', agentId });
}

function url(known: Partial<Answer> = {}): string {
  const expiresAt = Date.now() + 3_600_000;
  return `/answers/${signAnswer({ leadId: LEAD_ID, revision: 3, agentId: 'ann', action: 'ACCEPTED', expiresAt, ...known }, ANSWER_KEY)}`;
}

const open = (link: string) => gateway.app.inject({ method: 'GET', url: link });
const click = (link: string, form = '') =>
  gateway.app.inject({ method: 'POST', url: link, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: form });

/** As the router decides once it has read the answer. */
const decideOnceSent = async (agentId: string): Promise<void> => {
  await expect.poll(() => gateway.sent.length, { interval: 5 }).toBe(1);
  putOwned(agentId);
};

describe('who accepts', () => {
  test.each([
    ['first has the lead', { owner: 'ann', status: 200, words: 'The lead is yours' }],
    ['second is told that it is gone', { owner: 'bob', status: 409, words: 'Somebody else has it already' }],
  ])('%s', async (_name, { owner, status, words }) => {
    const [page] = await Promise.all([click(url()), decideOnceSent(owner)]);
    expect([page.statusCode, page.body]).toEqual([status, expect.stringContaining(words)]);
  });

  test('and has no answer in time is told that it is not known yet', async () => {
    const page = await click(url());
    expect([page.statusCode, page.body]).toEqual([202, expect.stringContaining('not decided yet')]);
    expect(gateway.sent).toHaveLength(1);
  });

  test('too late sees at once that somebody else has it, and sends nothing', async () => {
    putOwned('bob');
    for (const page of [await open(url()), await click(url())])
      expect([page.statusCode, page.body]).toEqual([409, expect.stringContaining('Somebody else has it already')]);
    expect(gateway.sent).toEqual([]);
  });
});

test('who was asked in an earlier round may still take it; who was not, or has declined, may not', async () => {
  expect((await open(url({ revision: 2, agentId: 'dee' }))).body).toContain('Take this lead');
  for (const known of [{ agentId: 'cid' }, { agentId: 'eve' }, { agentId: null }]) expect((await open(url(known))).statusCode).toBe(409);
});

test('who declines is not told that it goes to somebody else, which is not known', async () => {
  const page = await click(url({ action: 'DECLINED' }), 'reason=no-capacity');
  expect([page.statusCode, page.body]).toEqual([200, expect.stringContaining('not asked about this lead again')]);
});

test('who had no room may accept again by the same link a while later; at once it is a repeat', async () => {
  const { inbox } = await openCodecs();
  let at = 1_000_000;
  const sent: Buffer[] = [];
  const options = {
    ...{ keys: [ANSWER_KEY], store: gateway.store, inbox, now: () => at },
    send: async (records: readonly OutgoingRecord[]) => {
      sent.push(...records.flatMap(({ value }) => (value === null ? [] : [value])));
    },
    sleep: async (ms: number) => {
      at += ms;
    },
  };
  for (const clickedAt of [1_000_000, 1_004_000, 1_030_000]) {
    at = clickedAt;
    await giveAnswer(options, url().slice('/answers/'.length), new URLSearchParams());
  }
  const [first, second, third] = sent.map((value) => inbox.decode(value).envelope.eventId);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});
