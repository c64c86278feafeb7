/** Links to answer an offer by, through the whole gateway: who may still say something, and what the page knows of who was first. */
import { type Answer, signAnswer } from '@lead-router/contracts/answer-token.ts';
import { asEventId, asLeadId } from '@lead-router/contracts/ids.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
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

function putElsewhere(known: Partial<LeadRecord>): void {
  gateway.store.putLead({ ...aLead(), leadId: LEAD_ID, revision: 4, agentId: null, ...known });
}

const ELSEWHERE: readonly (readonly [string, Partial<LeadRecord>, string])[] = [
  ['waits', { stage: 'WAITING' }, 'waits in a queue now'],
  ['is with the final decision makers', { stage: 'EXCEPTION', agentId: 'chief' }, 'final decision makers have this lead'],
  ['is closed', { stage: 'CLOSED', agentId: 'bob' }, 'This lead is closed'],
  ['is offered to others', { stage: 'OFFERED', offer: { ...OFFER, offeredTo: ['eve'], expired: [] } }, 'offered to others now'],
  ['could not be told to them', { stage: 'OFFERED', offer: { ...OFFER, offeredTo: ['eve'], declined: ['ann'] } }, 'could not be told'],
  ['went where nobody has leads in person', { stage: 'ASSIGNED' }, 'decided anew'],
];

function url(known: Partial<Answer> = {}): string {
  const expiresAt = Date.now() + 3_600_000;
  return `/answers/${signAnswer({ leadId: LEAD_ID, revision: 3, agentId: 'ann', action: 'ACCEPTED', expiresAt, ...known }, ANSWER_KEY)}`;
}

const open = (link: string) => gateway.app.inject({ method: 'GET', url: link });
const click = (link: string, form = '') =>
  gateway.app.inject({ method: 'POST', url: link, headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: form });

/** As the router decides once it has read the answer. */
const decideOnceSent = (agentId: string): Promise<void> => onceSent(() => putOwned(agentId));

async function onceSent(decide: () => void): Promise<void> {
  await expect.poll(() => gateway.sent.length, { interval: 5 }).toBe(1);
  decide();
}

/** The router passes it over: the offer stays as it is. */
async function passOver(): Promise<void> {
  const { inbox } = await openCodecs();
  await onceSent(() => {
    for (const { value } of gateway.sent) if (value !== null) gateway.store.putApplied(asEventId(inbox.decode(value).envelope.eventId));
  });
}

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

  test.each(ELSEWHERE)('of a lead that meanwhile %s is told so, not that somebody else was first', async (_name, known, words) => {
    const [page] = await Promise.all([click(url()), onceSent(() => putElsewhere(known))]);
    expect([page.statusCode, page.body]).toEqual([409, expect.stringContaining(words)]);
    expect(page.body).not.toContain('Somebody else');
  });

  test.each(ELSEWHERE)('of a lead that %s by then sees it at once, and sends nothing', async (_name, known, words) => {
    putElsewhere(known);
    for (const page of [await open(url()), await click(url())])
      expect([page.statusCode, page.body]).toEqual([409, expect.stringContaining(words)]);
    expect(gateway.sent).toEqual([]);
  });

  test('without room is told so, and that the lead is still offered', async () => {
    const [page] = await Promise.all([click(url()), passOver()]);
    expect([page.statusCode, page.body]).toEqual([409, expect.stringContaining('as many leads as you may have')]);
    expect(page.body).toContain('still offered');
  });

  test('while away is told that, as long as it lasts', async () => {
    gateway.store.putAway('ann', null);
    gateway.store.putAway('bob', Date.now() - 1);
    const [page] = await Promise.all([click(url()), passOver()]);
    expect([page.statusCode, page.body]).toEqual([409, expect.stringContaining('You are said to be away')]);
    gateway.sent.length = 0;
    expect((await Promise.all([click(url({ agentId: 'bob' })), passOver()]))[0].body).toContain('as many leads as you may have');
  });

  test('and has it, sees by the same link that it is theirs', async () => {
    putElsewhere({ stage: 'ASSIGNED', agentId: 'ann', acceptedAt: 1_000 });
    const page = await click(url());
    expect([page.statusCode, page.body]).toEqual([200, expect.stringContaining('The lead is yours')]);
    expect(gateway.sent).toEqual([]);
  });

  test('while Postgres is away is told that it is not known yet', async () => {
    const [page] = await Promise.all([click(url()), onceSent(() => void gateway.store.down.add('isEventApplied'))]);
    expect([page.statusCode, page.body]).toEqual([202, expect.stringContaining('not decided yet')]);
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
