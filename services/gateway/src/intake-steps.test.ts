/** Each intake record becomes one lead or one dead letter, and one that Postgres refuses takes nobody along. */
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import type { LeadIntake } from '@lead-router/contracts/generated/wire-types.ts';
import { leadIdFor, submittedEventId } from '@lead-router/contracts/ids.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import { StoreFault, type StoreFaultKind } from '@lead-router/store/router-store.ts';
import type { Submission as SubmissionRow } from '@lead-router/store/submission-store.ts';
import { type StepContext, startPipeline } from '@lead-router/stream/pipeline.ts';
import { ok } from '@lead-router/stream/step-result.ts';
import { describe, expect, it } from 'vitest';
import { encodeActivityStep, encodeSubmittedStep, parseActivityStep, parseIntakeStep, recordIntakeStep } from './intake-steps.ts';
import { DIGESTS, openCodecs } from './test-gateway.test-support.ts';

const TOPIC = 'lead.intake.acme.v1';
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const observer = { stepDone: () => undefined, seconds: () => 0 };
const leadId = leadIdFor('acme', { kind: 'REFERENCE', reference: 'r1' });

function intake(vendorReference: string, changes: Partial<LeadIntake> = {}): LeadIntake {
  return {
    ...{
      vendorReference,
      channel: null,
      campaign: null,
      initiative: null,
      language: null,
      createdAt: null,
      fulfilments: [],
      attributes: {},
      person: null,
    },
    company: { name: null, website: null, industry: null, employeeCount: null, annualRevenue: null },
    location: { country: null, region: null, postalCode: null, city: null },
    qualification: { budget: null, authority: 'UNKNOWN', need: null, timeFrame: 'UNKNOWN', productInterest: [] },
    consent: { email: null, phone: null, proof: null, givenAt: null },
    ...changes,
  };
}

const contextsFor = (count: number, topic: string): readonly StepContext[] =>
  Array.from({ length: count }, (_, offset) => ({
    ...{ source: 'lead-intake', topic, partition: 0 },
    record: { offset, timestampMs: 0, key: null, value: null, headers: { traceparent: Buffer.from(TRACE), other: 'x' } },
  }));

/** The steps after decoding, over these values. */
async function run(values: readonly LeadIntake[], record: (rows: readonly SubmissionRow[]) => Promise<void>) {
  const { submitted } = await openCodecs();
  return startPipeline()
    .step({ name: 'values', purpose: 'given', run: ({ offset }) => ok(values[offset] ?? intake('none')) })
    .step(parseIntakeStep({ digests: DIGESTS, now: () => 42 }))
    .batchStep(recordIntakeStep(record))
    .step(encodeSubmittedStep(submitted))
    .process(contextsFor(values.length, TOPIC), observer);
}

describe('an intake record', () => {
  it('becomes a submitted lead under its id, and a row that says where it came from', async () => {
    const rows: SubmissionRow[] = [];
    const [outcome] = await run([intake('r1', { channel: 'event' })], async (more) => void rows.push(...more));
    expect(rows).toMatchObject([{ leadId, vendor: 'acme', source: TOPIC, acceptedAt: 42 }]);
    if (outcome?.kind !== 'ok') throw new Error('it was not taken');
    expect(outcome.value).toMatchObject([{ sink: 'submitted', key: leadId, headers: { traceparent: TRACE } }]);
    expect(Object.keys(outcome.value[0]?.headers ?? {})).toEqual(['traceparent']);
    const codec = await openTopicCodec(createMemorySchemas(), 'submitted');
    expect(codec.decode(outcome.value[0]?.value ?? Buffer.alloc(0))).toMatchObject({
      envelope: { eventId: submittedEventId(leadId), leadId, occurredAt: 42 },
      source: 'KAFKA',
      context: { lead: { vendor: 'acme', vendorReference: 'r1', channel: 'event' } },
    });
  });

  it('that is no lead is a dead letter with code and fields, without values', async () => {
    const lead = intake(' ', { fulfilments: [{ item: 'Confidential'.repeat(30), receivedAt: 1 }] });
    const [outcome] = await run([lead], async () => undefined);
    expect(outcome).toMatchObject({ kind: 'settled', step: 'parse', result: { kind: 'dead_letter', code: 'LR_LEAD_REFERENCE_MISSING' } });
    expect(JSON.stringify(outcome)).toContain('fulfilments[0].item');
    expect(JSON.stringify(outcome)).not.toContain('Confidential');
  });

  it.each(['unavailable', 'conflict', 'unknown-outcome'] satisfies readonly StoreFaultKind[])(
    'waits while Postgres says %s',
    async (kind) => {
      const outcomes = await run([intake('r1'), intake('r2')], () => Promise.reject(new StoreFault(kind, 'Postgres')));
      expect(outcomes).toMatchObject([1, 2].map(() => ({ step: 'record', result: { kind: 'retry_later', cause: 'postgres' } })));
    },
  );

  it('that Postgres refuses is a dead letter alone', async () => {
    const outcomes = await run([intake('r0'), intake('r1'), intake('r2')], async (rows) => {
      if (rows.some((row) => row.leadId === leadId)) throw new StoreFault('refused-value', 'Postgres: no');
    });
    expect(outcomes.map((outcome) => (outcome.kind === 'ok' ? 'ok' : outcome.result.kind))).toEqual(['ok', 'dead_letter', 'ok']);
  });

  it('stops the process for anything else: that is a bug', async () => {
    await expect(run([intake('r1')], () => Promise.reject(new TypeError('a bug')))).rejects.toThrow('a bug');
  });
});

describe('an activity of a system', () => {
  it('becomes an inbox event, or a dead letter if it is of a kind that nobody knows', async () => {
    const { inbox } = await openCodecs();
    const empty = {
      leadId,
      vendor: null,
      vendorReference: null,
      occurredAt: 1,
      agentId: null,
      reason: null,
      isHumanResponse: true,
      revision: null,
    };
    const kinds = ['WON', 'UNKNOWN'] as const;
    const outcomes = await startPipeline()
      .step({
        ...{ name: 'values', purpose: 'given' },
        run: ({ offset }) =>
          ok({ ...empty, activityId: String(offset), activity: kinds[offset] ?? 'WON', answers: null, attributes: {}, person: null }),
      })
      .step(parseActivityStep())
      .step(encodeActivityStep(inbox, () => 7))
      .process(contextsFor(2, 'activity.intake.crm.v1'), observer);
    expect(outcomes).toMatchObject([
      { kind: 'ok', value: [{ sink: 'inbox', key: leadId }] },
      { result: { kind: 'dead_letter', code: 'LR_LEAD_FIELD_VALUE' } },
    ]);
  });
});
