/** The enricher's flow from bytes to bytes, with the sample rule set and the real codecs. */
import { type CodecFor, openTopicCodec } from '@lead-router/contracts/codec.ts';
import { decodeContext } from '@lead-router/contracts/context-codec.ts';
import { enrichedEventId, leadIdFor, submittedEventId } from '@lead-router/contracts/ids.ts';
import { toContext } from '@lead-router/contracts/mappers/context-mapper.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import type { Lead, Person } from '@lead-router/domain/lead.ts';
import type { SinkRecord } from '@lead-router/stream/pipeline.ts';
import type { Flow } from '@lead-router/stream/topology.ts';
import { beforeAll, describe, expect, test } from 'vitest';
import { leadFor, personFor } from '../../../test/support/example-leads.ts';
import { sampleRuleSet } from '../../../test/support/sample-rule-set.ts';
import { consumedRecord, onlyFlow, runFlow } from '../../../test/support/step-harness.ts';
import { enricherTopology } from './topology.ts';

const NOW = 1_700_000_009_000;
const SUBMITTED_AT = 1_700_000_000_000;
const leadId = leadIdFor('vendor-a', { kind: 'REFERENCE', reference: 'r-1' });

let submitted: CodecFor<'LeadSubmitted'>;
let enriched: CodecFor<'LeadEnriched'>;
let flow: Flow;

beforeAll(async () => {
  const schemas = createMemorySchemas();
  [submitted, enriched] = await Promise.all([openTopicCodec(schemas, 'submitted'), openTopicCodec(schemas, 'enriched')]);
  const ruleSet = sampleRuleSet();
  flow = onlyFlow(
    enricherTopology({
      version: 'test',
      submitted,
      enriched,
      ruleSets: { current: () => ({ version: 7, ruleSet }) },
      hashIdentity: (normalised) => `hash of ${normalised}`,
      clock: { now: () => NOW, sleep: async () => undefined },
    }),
  );
});

function submittedValue(known: { readonly lead?: Partial<Lead>; readonly person?: Partial<Person> | null } = {}): Buffer {
  const envelope = toEnvelope({ eventId: submittedEventId(leadId), leadId, occurredAt: SUBMITTED_AT, recordedAt: SUBMITTED_AT });
  const person = known.person === null ? null : personFor(known.person);
  return submitted.encode({ envelope, source: 'HTTP', context: toContext({ lead: leadFor(known.lead), person }) });
}

async function enrich(value: Buffer | null, headers = {}) {
  const [outcome] = await runFlow(flow, [consumedRecord(value, { headers })]);
  return outcome;
}

async function enrichedRecord(value: Buffer, headers = {}): Promise<SinkRecord> {
  const outcome = await enrich(value, headers);
  const [record] = outcome?.kind === 'ok' ? outcome.value : [];
  if (!record) throw new Error(`not enriched: ${JSON.stringify(outcome)}`);
  return record;
}

describe('a submitted lead', () => {
  test('goes on under its id, with the version of the rules and a name that every run gives it', async () => {
    const record = await enrichedRecord(submittedValue(), { traceparent: '00-1' });
    expect(record).toMatchObject({ sink: 'enriched', key: leadId, headers: { traceparent: '00-1' } });
    const { prefix } = enriched.decodePrefix(record.value ?? Buffer.alloc(0));
    expect(prefix).toMatchObject({ ruleSetVersion: 7, submittedAt: SUBMITTED_AT });
    expect(prefix.envelope).toMatchObject({ eventId: enrichedEventId(submittedEventId(leadId)), leadId, recordedAt: NOW });
    expect((await enrichedRecord(submittedValue())).value).toEqual(record.value);
  });

  test('has name and numbers of the person beside what was said, and nowhere else', async () => {
    const said = { fullName: 'SMITH, JOHN', mobile: '+49 151 23456789', notes: 'Call later' };
    const record = await enrichedRecord(submittedValue({ person: said }));
    const { person, ...rest } = decodeContext(enriched.decodePrefix(record.value ?? Buffer.alloc(0)).context ?? Buffer.alloc(0));
    expect(person).toMatchObject({
      ...said,
      found: {
        name: { given: 'John', family: 'Smith' },
        phones: [{ field: 'mobile', number: '+4915123456789', region: 'DE', type: 'MOBILE' }],
      },
    });
    expect(JSON.stringify(rest)).not.toMatch(/john|smith/i);
  });

  test('is known by mail, phone, place, account and government afterwards, each value with source and confidence', async () => {
    const lead = {
      company: { ...leadFor().company, name: 'Intl. Business Machines Corp' },
      location: { ...leadFor().location, region: 'California' },
    };
    const record = await enrichedRecord(submittedValue({ lead, person: { email: 'Ann@NASA.gov', phone: '(415) 555-2671' } }));
    const { enrichment } = decodeContext(enriched.decodePrefix(record.value ?? Buffer.alloc(0)).context ?? Buffer.alloc(0));
    expect(enrichment).toMatchObject({
      emailDomain: 'nasa.gov',
      emailIsFree: false,
      government: 'FEDERAL',
      regionCode: 'CA',
      territory: 'WEST',
      accountId: 'IBM',
    });
    expect(enrichment?.identities).toEqual(['hash of email:ann@nasa.gov', 'hash of phone:+14155552671']);
    for (const { source, confidence } of enrichment?.values ?? []) {
      expect(source).not.toBe('');
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
    expect(enrichment?.values.length).toBeGreaterThan(0);
  });

  test('keeps every word it said', async () => {
    const value = submittedValue({ lead: { campaign: 'spring', attributes: { a: '1' } }, person: { email: 'x', comments: 'Zürich\n…' } });
    const before = decodeContext(submitted.decodePrefix(value).context ?? Buffer.alloc(0));
    const after = decodeContext(enriched.decodePrefix((await enrichedRecord(value)).value ?? Buffer.alloc(0)).context ?? Buffer.alloc(0));
    expect({ lead: after.lead, person: after.person, personSealed: after.personSealed }).toEqual({
      lead: before.lead,
      person: before.person,
      personSealed: before.personSealed,
    });
    expect(after.scoring).toBeNull();
  });

  test('of whom nobody knows anything is enriched too', async () => {
    const record = await enrichedRecord(submittedValue({ person: null }));
    const { enrichment } = decodeContext(enriched.decodePrefix(record.value ?? Buffer.alloc(0)).context ?? Buffer.alloc(0));
    expect(enrichment).toMatchObject({ identities: [], hasValidEmail: false, hasValidPhone: false });
  });
});

describe('a value that cannot be read', () => {
  test.each([
    ['without bytes', () => null, 'LR_CODEC_TOMBSTONE'],
    ['in another format', () => Buffer.from('{"a":1}'), 'LR_CODEC_MALFORMED'],
    ['cut off in the lead', () => submittedValue().subarray(0, 120), 'LR_CODEC_MALFORMED'],
  ])('%s is a dead letter', async (_name, value, code) => {
    const outcome = await enrich(value());
    expect(outcome).toMatchObject({ kind: 'settled', result: { kind: 'dead_letter', code } });
  });

  test('settles itself alone', async () => {
    const good = submittedValue();
    const outcomes = await runFlow(
      flow,
      [good, Buffer.from('x'), good].map((value) => consumedRecord(value)),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['ok', 'settled', 'ok']);
  });
});
