/** What a vendor can rely on: repeats, the daily cap, and a gateway whose dependencies are down or which is stopped. */
import { leadIdFor } from '@lead-router/contracts/ids.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestGateway, type TestGateway, VENDOR } from './test-gateway.test-support.ts';

const JSON_HEADERS = { authorization: 'Bearer key-of-acme', 'content-type': 'application/json' };
const idOf = (reference: string) => leadIdFor('acme', { kind: 'REFERENCE', reference });
const refs = (...references: readonly string[]) => references.map((vendorReference) => ({ vendorReference }));

let gateway: TestGateway;
beforeEach(async () => {
  gateway = await createTestGateway({ limits: { keyCacheMs: 0 } });
});
afterEach(() => gateway.stop());

const post = (body: unknown, headers: Record<string, string> = {}, url = '/v1/leads') =>
  gateway.app.inject({
    method: 'POST',
    url,
    headers: { ...JSON_HEADERS, ...headers },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
const codeOf = (response: { json(): { error: { code: string } } }): string => response.json().error.code;

describe('a repeat', () => {
  it('gets the same lead id, is not produced again and does not count', async () => {
    await post(refs('1'));
    const again = await post([
      { vendorReference: '1' },
      { vendorReference: '1', channel: 'web' },
      { vendorReference: '2' },
      { vendorReference: '2' },
    ]);
    expect(again.json()).toMatchObject({
      accepted: 1,
      repeats: 3,
      leads: [
        { leadId: idOf('1'), status: 'repeat', changed: false },
        { status: 'repeat', changed: true },
        { leadId: idOf('2'), status: 'accepted' },
        { leadId: idOf('2'), status: 'repeat', changed: false },
      ],
    });
    expect(gateway.sent).toHaveLength(2);
    expect(gateway.store.countOf('acme')).toBe(2);
  });

  it('with an idempotency key gets the same answer, byte for byte; with another payload 422', async () => {
    const first = await post(refs('1', '2'), { 'idempotency-key': 'k' });
    const again = await post(refs('1', '2'), { 'idempotency-key': 'k' });
    expect([again.statusCode, again.body, again.headers['content-type']]).toEqual([202, first.body, first.headers['content-type']]);
    const other = await post(refs('1'), { 'idempotency-key': 'k' });
    expect([other.statusCode, codeOf(other)]).toEqual([422, 'LR_GATEWAY_IDEMPOTENCY_CONFLICT']);
    expect(gateway.sent).toHaveLength(2);
  });

  it('a hundred times at once, with one key, is one lead and one answer', async () => {
    const responses = await Promise.all(Array.from({ length: 100 }, () => post({}, { 'idempotency-key': 'k' })));
    expect(new Set(responses.map(({ statusCode, body }) => `${statusCode} ${body}`)).size).toBe(1);
    expect(responses[0]?.json()).toMatchObject({ accepted: 1, repeats: 0 });
    expect([gateway.sent.length, gateway.store.countOf('acme')]).toEqual([1, 1]);
  });

  it('a hundred times at once, without a key, is one lead, counted once', async () => {
    const responses = await Promise.all(Array.from({ length: 100 }, () => post(refs('1'))));
    const statuses = responses.map((response) => response.json().leads[0].status);
    expect(statuses.filter((status) => status === 'accepted')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'repeat')).toHaveLength(99);
    expect(gateway.store.countOf('acme')).toBe(1);
    expect(gateway.store.calls('recordSubmissions')).toBeLessThan(10);
  });

  it('of a lead that came by an intake topic is produced, because that one may still wait there', async () => {
    await post(refs('1'));
    const row = gateway.store.submissions.get(idOf('1'));
    if (row === undefined) throw new Error('there is no row');
    await gateway.stop();
    gateway = await createTestGateway();
    await gateway.store.recordSubmissions([{ ...row, source: 'lead.intake.acme.v1' }]);
    expect((await post(refs('1'))).json()).toMatchObject({ accepted: 0, repeats: 1 });
    expect(gateway.sent).toHaveLength(1);
  });
});

describe('the daily cap', () => {
  beforeEach(() => gateway.store.putVendor({ ...VENDOR, dailyCap: 3 }, 'key-of-acme'));

  it('takes the first ones of a batch, and names the others', async () => {
    const response = await post(refs('1', '2', '1', '3', '4', '4'));
    expect([response.statusCode, response.json()]).toMatchObject([
      202,
      { accepted: 3, repeats: 1, refused: 2, quota: { remaining: 0, reopensAt: '2026-06-02T04:00:00.000Z' } },
    ]);
    expect(response.json().leads.map(({ status }: { status: string }) => status)).toEqual([
      'accepted',
      'accepted',
      'repeat',
      'accepted',
      'refused',
      'refused',
    ]);
    expect(response.json().leads[4].faults[0].code).toBe('LR_GATEWAY_QUOTA_EXCEEDED');
  });

  it('when reached says when it reopens; repeats are still answered, and the key is free for later', async () => {
    await post(refs('1', '2', '3'));
    const refused = await post(refs('4'), { 'idempotency-key': 'k' });
    expect([refused.statusCode, codeOf(refused), refused.json().error.reopensAt]).toEqual([
      429,
      'LR_GATEWAY_QUOTA_EXCEEDED',
      '2026-06-02T04:00:00.000Z',
    ]);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect((await post(refs('2'))).json()).toMatchObject({ repeats: 1 });
    gateway.store.putVendor({ ...VENDOR, dailyCap: 4 }, 'key-of-acme');
    expect((await post(refs('4'), { 'idempotency-key': 'k' })).statusCode).toBe(202);
  });
});

describe('when a dependency is down', () => {
  it('nothing is promised, the quota is given back, and the retry is accepted', async () => {
    gateway.kafkaIsDown = true;
    const failed = await post(refs('1'), { 'idempotency-key': 'k' });
    expect([failed.statusCode, codeOf(failed), failed.headers['retry-after']]).toEqual([503, 'LR_GATEWAY_UNAVAILABLE', '5']);
    expect([gateway.store.countOf('acme'), gateway.store.submissions.size]).toEqual([0, 0]);
    gateway.kafkaIsDown = false;
    gateway.store.down.add('recordSubmissions');
    expect((await post(refs('1'), { 'idempotency-key': 'k' })).statusCode).toBe(503);
    expect([gateway.store.countOf('acme'), gateway.store.submissions.size, gateway.sent.length]).toEqual([0, 0, 1]);
    gateway.store.down.clear();
    expect((await post(refs('1'), { 'idempotency-key': 'k' })).json()).toMatchObject({ accepted: 1 });
    expect([gateway.store.countOf('acme'), gateway.sent.length]).toEqual([1, 2]);
    expect(gateway.sent[0]?.key).toBe(gateway.sent[1]?.key);
  });

  it('says so wherever it fails', async () => {
    for (const name of ['authenticate', 'findSubmissions', 'grantQuota', 'claimIdempotencyKey', 'completeIdempotencyKey'] as const) {
      gateway.store.down.add(name);
      const response = await post(refs(name), { 'idempotency-key': name });
      expect([name, response.statusCode, codeOf(response)]).toEqual([name, 503, 'LR_GATEWAY_UNAVAILABLE']);
      gateway.store.down.clear();
      expect([name, (await post(refs(name), { 'idempotency-key': name })).statusCode]).toEqual([name, 202]);
    }
  });

  it('answers in time though the work goes on', async () => {
    await gateway.stop();
    gateway = await createTestGateway({ limits: { answerTimeoutMs: 50 } });
    const hold = Promise.withResolvers<void>();
    gateway.kafkaHolds = hold.promise;
    const late = await post(refs('1'));
    expect([late.statusCode, codeOf(late)]).toEqual([503, 'LR_GATEWAY_UNAVAILABLE']);
    hold.resolve();
    await expect.poll(() => gateway.store.submissions.size).toBe(1);
  });

  it('answers what is under way before it stops', async () => {
    const url = await gateway.app.listen({ port: 0, host: '127.0.0.1' });
    const hold = Promise.withResolvers<void>();
    gateway.kafkaHolds = hold.promise;
    const underWay = fetch(`${url}/v1/leads`, { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(refs('1')) });
    await expect.poll(() => gateway.store.calls('grantQuota')).toBe(1);
    const stopped = gateway.stop();
    await expect(fetch(url)).rejects.toThrow();
    hold.resolve();
    expect((await underWay).status).toBe(202);
    await stopped;
  });

  it('turns away what is too much', async () => {
    await gateway.stop();
    gateway = await createTestGateway({ limits: { waitingBytes: 150 }, maxRequestsPerSecond: 20 });
    const responses = await Promise.all(Array.from({ length: 15 }, (_, n) => post(refs(`${n}a`, `${n}b`))));
    const overloaded = responses.filter(({ statusCode }) => statusCode === 503);
    expect(overloaded.length).toBeGreaterThan(0);
    expect(overloaded.map(codeOf)).toContain('LR_GATEWAY_OVERLOADED');
    const flood = await Promise.all(Array.from({ length: 15 }, () => post(refs('1'))));
    const limited = flood.filter(({ statusCode }) => statusCode === 429);
    expect(limited.length).toBeGreaterThan(0);
    expect([...new Set(limited.map(codeOf)), limited[0]?.headers['retry-after']]).toEqual(['LR_GATEWAY_RATE_LIMITED', '1']);
  });
});
