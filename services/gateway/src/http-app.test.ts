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
    const response = await post([activity, { ...activity, activity: 'NAPPED' }, 7], headers, '/v1/activities');
    expect([response.statusCode, response.json()]).toMatchObject([
      202,
      {
        accepted: 1,
        refused: 2,
        activities: [
          { line: 1, leadId: idOf('1'), status: 'accepted' },
          {
            line: 2,
            faults: [{ code: 'LR_LEAD_FIELD_VALUE', field: 'activity', message: expect.stringContaining('QUALIFIED') }],
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
      laterTimers: [],
      breaches: [],
      outcome: null,
    },
  };
}
