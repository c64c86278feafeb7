/** The API as vendors meet it: requests are injected into the whole gateway. */
import { leadIdFor } from '@lead-router/contracts/ids.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BODY_LIMITS } from './read-body.ts';
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
const get = (url: string, headers: Record<string, string> = JSON_HEADERS) => gateway.app.inject({ method: 'GET', url, headers });
const codeOf = (response: { json(): { error: { code: string } } }): string => response.json().error.code;

describe('who may send', () => {
  it('shows an API key, either way', async () => {
    for (const [headers, status, code] of [
      [{ authorization: '' }, 401, 'LR_GATEWAY_API_KEY_MISSING'],
      [{ authorization: 'Basic a2V5' }, 401, 'LR_GATEWAY_API_KEY_MISSING'],
      [{ authorization: 'Bearer another' }, 401, 'LR_GATEWAY_API_KEY_UNKNOWN'],
    ] as const) {
      const response = await post({}, headers);
      expect([response.statusCode, codeOf(response)]).toEqual([status, code]);
      expect(response.headers['www-authenticate']).toBe('Bearer');
    }
    expect((await post(refs('1'), { authorization: '', 'x-api-key': 'key-of-acme' })).statusCode).toBe(202);
  });

  it('has the scope, and is switched on', async () => {
    gateway.store.putVendor({ ...VENDOR, vendor: 'reader', scopes: ['leads:read'] }, 'key-of-reader');
    gateway.store.putVendor({ ...VENDOR, vendor: 'off', isActive: false }, 'key-of-off');
    for (const [key, url, code] of [
      ['reader', '/v1/leads', 'LR_GATEWAY_SCOPE_MISSING'],
      ['acme', '/v1/activities', 'LR_GATEWAY_SCOPE_MISSING'],
      ['off', '/v1/leads', 'LR_GATEWAY_VENDOR_INACTIVE'],
    ] as const) {
      const response = await post(refs('1'), { authorization: `Bearer key-of-${key}` }, url);
      expect([response.statusCode, codeOf(response)]).toEqual([403, code]);
    }
  });

  it('is looked up once in a while only', async () => {
    await gateway.stop();
    gateway = await createTestGateway({ limits: { keyCacheMs: 60_000 } });
    await Promise.all([post(refs('1')), post(refs('2'))]);
    await post(refs('3'));
    expect(gateway.store.calls('authenticate')).toBe(1);
  });
});

describe('what is sent', () => {
  it('is one lead, a list, or a lead a line', async () => {
    const one = await post(refs('1')[0]);
    expect([one.statusCode, one.json()]).toEqual([
      202,
      { accepted: 1, repeats: 0, refused: 0, leads: [{ line: 1, leadId: idOf('1'), status: 'accepted' }], quota: null },
    ]);
    expect((await post(refs('2', '3'))).json()).toMatchObject({ accepted: 2 });
    const lines = await post('\n{"vendorReference":"4"}\r\n{"vendorReference":\n\n{"vendorReference":"5"}', {
      'content-type': 'application/x-ndjson; charset=utf-8',
    });
    expect(lines.json()).toMatchObject({
      leads: [
        { line: 2, leadId: idOf('4'), status: 'accepted' },
        { line: 3, status: 'refused', faults: [{ code: 'LR_GATEWAY_LINE_UNREADABLE', field: '' }] },
        { line: 5, leadId: idOf('5'), status: 'accepted' },
      ],
    });
    expect(gateway.sent.map(({ topic, key }) => [topic, key])).toEqual(
      ['1', '2', '3', '4', '5'].map((n) => [TOPICS.submitted.topic, idOf(n)]),
    );
  });

  it('is refused as a whole with a code when there is nothing to take it apart by', async () => {
    for (const [body, headers, status, code] of [
      ['{"vendorReference":', {}, 400, 'LR_GATEWAY_BODY_UNREADABLE'],
      ['', {}, 400, 'LR_GATEWAY_BODY_EMPTY'],
      ['[]', {}, 400, 'LR_GATEWAY_BODY_EMPTY'],
      ['{}', { 'idempotency-key': 'with space' }, 400, 'LR_GATEWAY_IDEMPOTENCY_KEY_MALFORMED'],
      [JSON.stringify(refs(...Array.from({ length: BODY_LIMITS.lines + 1 }, String))), {}, 413, 'LR_GATEWAY_BATCH_TOO_LARGE'],
      [' '.repeat(BODY_LIMITS.bytes + 1), {}, 413, 'LR_GATEWAY_BODY_TOO_LARGE'],
      ['<lead/>', { 'content-type': 'text/xml' }, 415, 'LR_GATEWAY_CONTENT_TYPE'],
    ] as const) {
      const response = await post(body, headers);
      expect([response.statusCode, codeOf(response)]).toEqual([status, code]);
    }
    expect((await gateway.metrics()).match(/refused_leads_total\{code="LR_GATEWAY_BODY_UNREADABLE".*\} (\d+)/)?.[1]).toBe('1');
    expect(gateway.sent).toEqual([]);
  });

  it('is 422 with every fault when no line is any good', async () => {
    const response = await post({ vendorReference: 'x', person: { mail: 'a@b.c' }, company: 'Acme' }, { 'x-request-id': 'mine-1' });
    expect(response.statusCode).toBe(422);
    expect(response.headers['x-request-id']).toBe('mine-1');
    expect(response.json()).toEqual({
      error: {
        code: 'LR_GATEWAY_ALL_REFUSED',
        message: expect.any(String),
        requestId: 'mine-1',
        lines: [
          {
            line: 1,
            status: 'refused',
            faults: [
              { code: 'LR_LEAD_FIELD_TYPE', field: 'company', message: expect.any(String) },
              { code: 'LR_LEAD_FIELD_UNKNOWN', field: 'person.mail', message: expect.stringContaining('person.email') },
            ],
          },
        ],
      },
    });
    expect(codeOf(await get('/v1/nothing'))).toBe('LR_GATEWAY_ROUTE_UNKNOWN');
  });

  it('needs a reference, or an idempotency key to be named by', async () => {
    const lead = { person: { email: 'a@example.com' } };
    expect((await post(lead)).json().error.lines[0].faults[0].code).toBe('LR_LEAD_REFERENCE_MISSING');
    const first = await post(lead, { 'idempotency-key': 'k' });
    expect(first.json().leads[0].leadId).toBe(leadIdFor('acme', { kind: 'IDEMPOTENCY_KEY', key: 'k' }));
    const batch = await post([lead, lead], { 'idempotency-key': 'k2' });
    expect(new Set(batch.json().leads.map(({ leadId }: { leadId: string }) => leadId)).size).toBe(2);
  });
});

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

describe('a lead', () => {
  it('can be asked for from the moment of its 202, by its vendor', async () => {
    await post({ vendorReference: '1', person: { email: 'ada@example.com' } });
    const waiting = await get(`/v1/leads/${idOf('1').toUpperCase()}`);
    expect(waiting.json()).toMatchObject({ leadId: idOf('1'), stage: 'SUBMITTED', revision: 0, grade: null, decidedAt: null });
    gateway.store.putLead(decidedLead(idOf('1')));
    const decided = await get(`/v1/leads/${idOf('1')}`);
    expect(decided.json()).toMatchObject({
      stage: 'ASSIGNED',
      revision: 1,
      grade: 'HOT',
      poolId: 'field',
      agentId: 'ann',
      decidedAt: '1970-01-01T00:00:02.000Z',
    });
    expect(decided.body).not.toMatch(/example\.com|identit/);
    gateway.store.putVendor({ ...VENDOR, vendor: 'other' }, 'key-of-other');
    for (const [url, headers] of [
      [`/v1/leads/${idOf('1')}`, { authorization: 'Bearer key-of-other' }],
      [`/v1/leads/${idOf('2')}`, JSON_HEADERS],
      ['/v1/leads/x', JSON_HEADERS],
    ] as const) {
      const response = await get(url, headers);
      expect([response.statusCode, codeOf(response)]).toEqual([404, 'LR_GATEWAY_LEAD_UNKNOWN']);
    }
  });
});

describe('activities', () => {
  it('go to the inbox under the id of their lead', async () => {
    gateway.store.putVendor({ ...VENDOR, vendor: 'crm', scopes: ['activities:write'] }, 'key-of-crm');
    const headers = { authorization: 'Bearer key-of-crm' };
    const activity = { activityId: '1', leadId: idOf('1'), activity: 'ACCEPTED', occurredAt: 1 };
    const response = await post([activity, { ...activity, activity: 'ENGAGED' }, 7], headers, '/v1/activities');
    expect([response.statusCode, response.json()]).toMatchObject([
      202,
      {
        accepted: 1,
        refused: 2,
        activities: [
          { line: 1, leadId: idOf('1'), status: 'accepted' },
          {
            line: 2,
            faults: [{ code: 'LR_GATEWAY_ACTIVITY_UNSUPPORTED', field: 'activity', message: expect.stringContaining('QUALIFIED') }],
          },
          { line: 3, faults: [{ code: 'LR_LEAD_NOT_AN_OBJECT' }] },
        ],
      },
    ]);
    expect(gateway.sent.map(({ topic, key }) => [topic, key])).toEqual([[TOPICS.inbox.topic, idOf('1')]]);
    expect((await post([7], headers, '/v1/activities')).statusCode).toBe(422);
    gateway.kafkaIsDown = true;
    expect((await post(activity, headers, '/v1/activities')).statusCode).toBe(503);
  });
});

describe('what stays behind', () => {
  it('are metrics by route, and nothing personal in any log', async () => {
    const lead = { vendorReference: 'secret@example.com', person: { email: 'secret@example.com', lastName: 'Confidential' } };
    await post(lead);
    await post({ ...lead, person: { ...lead.person, nick: 'Confidential' } });
    await post(`${JSON.stringify(lead)}Confidential`);
    gateway.kafkaIsDown = true;
    await post({ ...lead, vendorReference: 'secret2@example.com' });
    expect(gateway.logged.length).toBeGreaterThan(0);
    expect(gateway.logged.join('\n')).not.toMatch(/secret|Confidential|key-of-acme/);
    expect(JSON.stringify([...gateway.store.submissions.values()])).not.toMatch(/secret|Confidential/);
    const metrics = await gateway.metrics();
    expect(metrics).toMatch(/http_requests_total\{route="\/v1\/leads",status="2xx",service="gateway"\} 1/);
    expect(metrics).toMatch(/http_requests_total\{route="\/v1\/leads",status="5xx",service="gateway"\} 1/);
    expect(metrics).toMatch(/refused_leads_total\{code="LR_LEAD_FIELD_UNKNOWN",service="gateway"\} 1/);
    expect(metrics).toMatch(/records_out_total\{sink="submitted",service="gateway"\} 1/);
  });
});

function decidedLead(leadId: LeadRecord['leadId']): LeadRecord {
  return {
    ...{ leadId, version: 1, revision: 1, stage: 'ASSIGNED', vendor: 'acme', grade: 'HOT', score: 80, poolId: 'field', agentId: 'ann' },
    ...{
      destinationId: 'sales',
      ruleId: 'hot',
      ruleSetVersion: 1,
      linkedTo: null,
      identities: ['identity'],
      formerAgents: [],
      isQualified: false,
    },
    ...{
      submittedAt: 1_000,
      decidedAt: 2_000,
      acceptedAt: null,
      respondedAt: null,
      waitingSince: null,
      timerGeneration: 0,
      timer: null,
      breaches: [],
    },
  };
}
