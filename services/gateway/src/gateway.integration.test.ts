/** The gateway as a process, on a real Kafka, registry and Postgres: through each door, and out again. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sampleLeads } from '@lead-router/cli/sample/sample-leads.ts';
import { openCodec, openTopicCodec } from '@lead-router/contracts/codec.ts';
import { leadIdFor, submittedEventId } from '@lead-router/contracts/ids.ts';
import { activityTopic, deadLetterTopic, intakeTopic, TOPICS, valueSubject } from '@lead-router/contracts/topics.ts';
import { findSubmissions } from '@lead-router/store/submission-store.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeUnless } from '../../../test/not-run.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway-process.test-support.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));
const CURL_MISSING = spawnSync('curl', ['--version']).status === 0 ? undefined : 'there is no curl here';

/** The blocks of one language in docs/api.md, in their order. */
function examples(language: string): readonly string[] {
  const doc = readFileSync(`${REPOSITORY}docs/api.md`, 'utf8');
  return [...doc.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, example]) => example ?? '');
}

async function run(
  program: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd?: string },
): Promise<string> {
  return (await promisify(execFile)(program, [...args], options)).stdout;
}

const WRITE = { authorization: 'Bearer key-of-acme-media', 'content-type': 'application/json' };
const LINES = { ...WRITE, 'content-type': 'application/x-ndjson' };
interface Answer {
  readonly leads: readonly { readonly line: number; readonly leadId?: string; readonly status: string }[];
  readonly repeats: number;
  readonly refused: number;
  readonly error: { readonly code: string; readonly reopensAt: string };
}

const bodyOf = async (response: Response): Promise<Answer> => (await response.json()) as Answer;
const idOf = (vendor: string, reference: string) => leadIdFor(vendor, { kind: 'REFERENCE', reference });

describe('the gateway', () => {
  let gateway: GatewayProcess;

  beforeAll(async () => {
    gateway = await startGatewayProcess({
      vendors: [
        { vendor: 'acme-media', apiKey: 'key-of-acme-media', scopes: ['leads:write'], dailyCap: null },
        { vendor: 'leadwave', apiKey: 'key-of-leadwave', scopes: ['leads:write'], dailyCap: 3 },
        { vendor: 'demo', apiKey: 'key-of-demo', scopes: ['leads:write', 'activities:write'], dailyCap: null },
        { vendor: 'crm', apiKey: 'key-of-crm', scopes: ['activities:write'], dailyCap: null },
      ],
      intakeVendors: ['tradeshow-direct', 'demo'],
      activitySystems: ['helpdesk'],
    });
  });
  afterAll(() => gateway?.close());

  const post = (path: string, headers: Record<string, string>, body: string): Promise<Response> =>
    fetch(`${gateway.apiUrl}${path}`, { method: 'POST', headers, body });

  const submitted = async () => {
    const codec = await openTopicCodec(gateway.schemas, 'submitted');
    const records = await gateway.read(TOPICS.submitted.topic);
    await codec.prepare(records.map(({ value }) => value));
    return records.flatMap(({ key, value, headers }) =>
      value === null ? [] : [{ key: String(key), headers, event: codec.decode(value) }],
    );
  };

  it('takes the sample in: good lines in Kafka and in the books, each broken one named', async () => {
    const samples = [...sampleLeads({ count: 400, malformed: 0.1 })].flatMap((lead) =>
      lead.door === 'http' && lead.vendor === 'acme-media' ? [lead] : [],
    );
    const response = await post('/v1/leads', LINES, samples.map(({ text }) => text).join('\n'));
    expect(response.status).toBe(202);
    const answer = await bodyOf(response);
    expect(answer.leads.map(({ line }) => line)).toEqual(samples.map((_, index) => index + 1));
    const expected = { accepted: 'accepted', linked: 'accepted', repeat: 'repeat', refused: 'refused' };
    expect(answer.leads.map(({ status }) => status)).toEqual(samples.map(({ expectation }) => expected[expectation]));
    expect(answer.refused).toBeGreaterThan(5);
    const ids = answer.leads.flatMap(({ leadId, status }) => (status === 'accepted' && leadId !== undefined ? [leadId] : []));
    const inKafka = (await submitted()).filter(({ event }) => event.context.lead.vendor === 'acme-media');
    expect(inKafka.map(({ key }) => key).sort()).toEqual([...ids].sort());
    expect(
      (
        await findSubmissions(
          gateway.pool,
          inKafka.map(({ event }) => idOf('acme-media', event.context.lead.vendorReference)),
        )
      ).size,
    ).toBe(ids.length);
  });

  it('says where a lead stands as soon as it has been accepted, and to its vendor only', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const response = await post(
      '/v1/leads',
      { ...WRITE, traceparent },
      JSON.stringify({ vendorReference: 'now', person: { email: 'ada@example.com' } }),
    );
    const leadId = (await bodyOf(response)).leads[0]?.leadId;
    const status = await fetch(`${gateway.apiUrl}/v1/leads/${leadId}`, { headers: WRITE });
    expect(await status.json()).toMatchObject({ leadId: idOf('acme-media', 'now'), stage: 'SUBMITTED', revision: 0, agentId: null });
    const other = await fetch(`${gateway.apiUrl}/v1/leads/${leadId}`, { headers: { 'x-api-key': 'key-of-leadwave' } });
    expect(other.status).toBe(404);
    const record = (await submitted()).find(({ key }) => key === leadId);
    expect(record?.headers.traceparent?.toString()).toBe(traceparent);
    expect(record?.event).toMatchObject({
      envelope: { eventId: submittedEventId(idOf('acme-media', 'now')) },
      source: 'HTTP',
      context: { lead: { vendor: 'acme-media' }, person: { email: 'ada@example.com' } },
    });
  });

  it('gives one answer to a hundred at once with one key', async () => {
    const headers = { ...WRITE, 'idempotency-key': 'hundred' };
    const responses = await Promise.all(
      Array.from({ length: 100 }, () => post('/v1/leads', headers, '{"person":{"lastName":"Lovelace"}}')),
    );
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(await Promise.all(responses.map((response) => response.text()))).size).toBe(1);
    const named = (await submitted()).filter(({ event }) => event.context.lead.vendorReference === 'hundred');
    expect(named).toHaveLength(1);
    const other = await post('/v1/leads', headers, '{"person":{"lastName":"Byron"}}');
    expect([other.status, (await bodyOf(other)).error.code]).toEqual([422, 'LR_GATEWAY_IDEMPOTENCY_CONFLICT']);
  });

  it('accepts up to the daily cap, and says when it reopens', async () => {
    const headers = { ...WRITE, authorization: 'Bearer key-of-leadwave' };
    const lead = (n: number) => ({ vendorReference: `capped-${n}` });
    const response = await post('/v1/leads', headers, JSON.stringify([1, 2, 1, 3, 4].map(lead)));
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      leads: [
        { status: 'accepted' },
        { status: 'accepted' },
        { line: 3, status: 'repeat', changed: false },
        { status: 'accepted' },
        { line: 5, status: 'refused', faults: [{ code: 'LR_GATEWAY_QUOTA_EXCEEDED' }] },
      ],
      quota: { remaining: 0 },
    });
    const again = await post('/v1/leads', headers, JSON.stringify(lead(2)));
    expect([again.status, (await bodyOf(again)).repeats]).toEqual([202, 1]);
    const refused = await post('/v1/leads', headers, JSON.stringify(lead(9)));
    expect(refused.status).toBe(429);
    const { error } = await bodyOf(refused);
    expect(error).toMatchObject({ code: 'LR_GATEWAY_QUOTA_EXCEEDED', lines: [{ line: 1, status: 'refused' }] });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(Math.abs(Date.now() + seconds * 1_000 - Date.parse(error.reopensAt))).toBeLessThan(5_000);
  });

  it("turns a vendor's intake records into submitted leads, and its faults into dead letters without values", async () => {
    const topic = intakeTopic('tradeshow-direct');
    const codec = await openCodec(gateway.schemas, { subject: valueSubject(topic), record: 'LeadIntake' });
    const samples = [...sampleLeads({ count: 600, malformed: 0.03 })].flatMap((lead) => (lead.door === 'kafka' ? [lead] : []));
    const producer = await gateway.kafka.producer();
    await producer.send(
      samples.map((lead) => ({ topic, key: null, value: lead.kind === 'intake' ? codec.encode(lead.intake) : Buffer.from(lead.bytes) })),
    );
    await producer.disconnect();
    const good = samples.filter(({ expectation }) => expectation !== 'refused').length;
    const deadLetters = async () =>
      (await gateway.read(deadLetterTopic('gateway'))).filter(({ headers }) => String(headers['dlq.source.topic']) === topic);
    await expect.poll(async () => (await deadLetters()).length, { timeout: 30_000 }).toBe(samples.length - good);
    const taken = async () => (await submitted()).filter(({ event }) => event.context.lead.vendor === 'tradeshow-direct');
    await expect.poll(async () => (await taken()).length, { timeout: 30_000 }).toBe(good);
    expect((await taken()).every(({ event }) => event.source === 'KAFKA')).toBe(true);
    for (const { headers } of await deadLetters()) expect(String(headers['dlq.error.code'])).toMatch(/^LR_(CODEC|LEAD)_/);
    const ids = new Set((await taken()).map(({ event }) => idOf('tradeshow-direct', event.context.lead.vendorReference)));
    expect((await findSubmissions(gateway.pool, [...ids])).size).toBe(ids.size);
  });

  it('brings activities into the inbox, by HTTP and by topic', async () => {
    const leadId = idOf('acme-media', 'now');
    const activity = { activityId: 'a-1', leadId, activity: 'ACCEPTED', occurredAt: 1_780_000_000_000 };
    const response = await post(
      '/v1/activities',
      { ...WRITE, authorization: 'Bearer key-of-crm' },
      JSON.stringify([activity, { ...activity, activityId: 'a-2', activity: 'NAPPED' }]),
    );
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({
      accepted: 1,
      refused: 1,
      activities: [
        { line: 1, leadId, status: 'accepted' },
        { line: 2, faults: [{ code: 'LR_LEAD_FIELD_VALUE', field: 'activity' }] },
      ],
    });
    const topic = activityTopic('helpdesk');
    const codec = await openCodec(gateway.schemas, { subject: valueSubject(topic), record: 'ActivityIntake' });
    const empty = { agentId: null, reason: null, isHumanResponse: true, revision: null, answers: null, attributes: {}, person: null };
    const value = codec.encode({
      ...empty,
      activityId: 'h-1',
      leadId: null,
      vendor: 'acme-media',
      vendorReference: 'now',
      activity: 'CONTACTED',
      occurredAt: 1,
    });
    const producer = await gateway.kafka.producer();
    await producer.send([{ topic, key: null, value }]);
    await producer.disconnect();
    const inbox = await openTopicCodec(gateway.schemas, 'inbox');
    const activities = async () => {
      const records = (await gateway.read(TOPICS.inbox.topic)).filter(({ key }) => String(key) === leadId);
      await inbox.prepare(records.map((record) => record.value));
      return records.map((record) => inbox.decode(record.value ?? Buffer.alloc(0)).body);
    };
    await expect.poll(async () => (await activities()).length, { timeout: 30_000 }).toBe(2);
    expect(await activities()).toMatchObject([
      { 'leadrouter.v1.LeadActivity': { activity: 'ACCEPTED', system: 'crm' } },
      { 'leadrouter.v1.LeadActivity': { activity: 'CONTACTED', system: 'helpdesk' } },
    ]);
  });

  describeUnless(CURL_MISSING, 'the examples of docs/api.md', () => {
    it('work as they are written', async () => {
      const leadId = idOf('demo', 'web-4711');
      const env = { ...process.env, GATEWAY: gateway.apiUrl, KEY: 'key-of-demo', LEAD_ID: leadId };
      const answers: Answer[] = [];
      for (const example of examples('sh')) answers.push(JSON.parse(await run('sh', ['-c', example], { env })));
      const [one, lines, keyed, status, activity] = answers;
      expect(one).toMatchObject({ accepted: 1, leads: [{ leadId }] });
      expect(lines?.leads.map(({ status }) => status)).toEqual(['accepted', 'refused', 'repeat']);
      expect(keyed).toMatchObject({ accepted: 1, leads: [{ leadId: leadIdFor('demo', { kind: 'IDEMPOTENCY_KEY', key: 'form-81' }) }] });
      expect(status).toMatchObject({ leadId, stage: 'SUBMITTED' });
      expect(activity).toMatchObject({ accepted: 1, activities: [{ leadId }] });
    });
  });

  it('takes what the Kafka example of docs/api.md publishes', async () => {
    const env = {
      ...process.env,
      KAFKA_BROKERS: process.env.TEST_KAFKA_BROKERS,
      SCHEMA_REGISTRY_URL: process.env.TEST_SCHEMA_REGISTRY_URL,
      KAFKAJS_NO_PARTITIONER_WARNING: '1',
    };
    for (const example of examples('js')) await run(process.execPath, ['--input-type=module', '-e', example], { env, cwd: REPOSITORY });
    const found = async () => (await submitted()).some(({ key }) => key === idOf('demo', 'topic-1'));
    await expect.poll(found, { timeout: 30_000 }).toBe(true);
  });

  it('ends in order', async () => {
    expect(await gateway.end()).toBe(0);
  });
});
