/** The scorer's flow from bytes to bytes, with the sample rule set and the real codecs. */
import { type CodecFor, openTopicCodec } from '@lead-router/contracts/codec.ts';
import { decodeContext, encodeContext } from '@lead-router/contracts/context-codec.ts';
import { enrichedEventId, leadIdFor, scoredEventId, submittedEventId } from '@lead-router/contracts/ids.ts';
import { toContext } from '@lead-router/contracts/mappers/context-mapper.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import { fromInboxEvent } from '@lead-router/contracts/mappers/inbox-mapper.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import type { Enrichment, Grade, Lead } from '@lead-router/domain/lead.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import type { SinkRecord } from '@lead-router/stream/pipeline.ts';
import type { Flow } from '@lead-router/stream/topology.ts';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { leadFor, personFor } from '../../../test/support/example-leads.ts';
import { sampleRuleSet } from '../../../test/support/sample-rule-set.ts';
import { consumedRecord, onlyFlow, runFlow } from '../../../test/support/step-harness.ts';
import { scorerTopology } from './topology.ts';

const NOW = 1_700_000_009_000;
const SUBMITTED_AT = 1_700_000_000_000;
const ACTIVE = 7;
const leadId = leadIdFor('vendor-a', { kind: 'REFERENCE', reference: 'r-1' });
const hashIdentity = (normalised: string) => `hash of ${normalised}`;

let enriched: CodecFor<'LeadEnriched'>;
let inbox: CodecFor<'InboxEvent'>;
let ruleSet: RuleSet;
let flow: Flow;
const graded: Grade[] = [];

beforeAll(async () => {
  const schemas = createMemorySchemas();
  [enriched, inbox] = await Promise.all([openTopicCodec(schemas, 'enriched'), openTopicCodec(schemas, 'inbox')]);
  ruleSet = sampleRuleSet();
  flow = onlyFlow(
    scorerTopology({
      version: 'test',
      enriched,
      inbox,
      ruleSets: { current: () => ({ version: ACTIVE, ruleSet }) },
      hashIdentity,
      clock: { now: () => NOW, sleep: async () => undefined },
      onGraded: (grade) => void graded.push(grade),
    }),
  );
});

beforeEach(() => {
  graded.length = 0;
});

const hot: Partial<Lead> = {
  qualification: {
    budget: 200_000,
    authority: 'DECIDES',
    need: 'pricing for switches',
    timeFrame: 'WITHIN_3_MONTHS',
    productInterest: ['switch'],
  },
};
const person = personFor({ email: 'ann@example.com', phone: '+14155552671' });

/** `found` changes what the enricher is made to have found. */
function enrichedValue(
  options: { readonly lead?: Partial<Lead>; readonly version?: number; readonly found?: Partial<Enrichment> | null } = {},
): Buffer {
  const lead = leadFor(options.lead);
  const enrichment = options.found === null ? null : { ...ruleSet.enrich(lead, person, hashIdentity).enrichment, ...options.found };
  const eventId = enrichedEventId(submittedEventId(leadId));
  const envelope = toEnvelope({ eventId, leadId, occurredAt: SUBMITTED_AT, recordedAt: SUBMITTED_AT });
  const context = encodeContext(toContext({ lead, person, ...(enrichment === null ? {} : { enrichment }) }));
  return enriched.encodeWithContext({ envelope, submittedAt: SUBMITTED_AT, ruleSetVersion: options.version ?? ACTIVE }, context);
}

async function score(value: Buffer, headers = {}) {
  const [outcome] = await runFlow(flow, [consumedRecord(value, { headers })]);
  const [record] = outcome?.kind === 'ok' ? outcome.value : [];
  if (!record) throw new Error(`not scored: ${JSON.stringify(outcome)}`);
  const message = fromInboxEvent(inbox.decodePrefix(record.value ?? Buffer.alloc(0)));
  if (message.kind !== 'SCORED') throw new Error(`a ${message.kind} came out`);
  return { record: record satisfies SinkRecord, message, context: decodeContext(message.context) };
}

describe('an enriched lead', () => {
  test('goes into the inbox under its id, with the version of the rules and a name that every run gives it', async () => {
    const { record, message } = await score(enrichedValue(), { traceparent: '00-1' });
    expect(record).toMatchObject({ sink: 'inbox', key: leadId, headers: { traceparent: '00-1' } });
    const eventId = scoredEventId(enrichedEventId(submittedEventId(leadId)));
    expect(message).toMatchObject({ eventId, leadId, occurredAt: SUBMITTED_AT, submittedAt: SUBMITTED_AT, ruleSetVersion: ACTIVE });
  });

  test('gets a score that is the sum of its reasons, and its grade with the reason', async () => {
    const { context } = await score(enrichedValue({ lead: hot }));
    const { scoring } = context;
    expect(scoring?.reasons.reduce((sum, { points }) => sum + points, 0)).toBe(scoring?.score);
    expect(scoring).toMatchObject({ grade: 'HOT', gradeReason: '65 points, buys within six months, decides or recommends' });
    expect(graded).toEqual(['HOT']);
  });

  test('keeps its person and every word it said', async () => {
    const value = enrichedValue({ lead: hot });
    const before = decodeContext(enriched.decodePrefix(value).context ?? Buffer.alloc(0));
    const { context } = await score(value);
    expect({ ...context, scoring: null }).toEqual({ ...before, scoring: null });
  });
});

describe('the enrichment that a score is made of', () => {
  test('is the one that came along, under the same version of the rules', async () => {
    const { context } = await score(enrichedValue({ found: { accountId: 'FOUND' } }));
    expect(context.enrichment?.accountId).toBe('FOUND');
  });

  test.each([
    ['the lead was enriched under another version', { version: ACTIVE - 1, found: { accountId: 'STALE' } }],
    ['none came along', { found: null }],
  ])('is made again where %s: both halves are of one version', async (_name, options) => {
    const { context, message } = await score(enrichedValue(options));
    expect(context.enrichment).toEqual((await score(enrichedValue())).context.enrichment);
    expect(message.ruleSetVersion).toBe(ACTIVE);
  });
});

test('a value that cannot be read is a dead letter, and settles itself alone', async () => {
  const good = enrichedValue();
  const outcomes = await runFlow(
    flow,
    [good, null, good.subarray(0, 100), good].map((value) => consumedRecord(value)),
  );
  expect(outcomes.map((outcome) => (outcome.kind === 'ok' ? 'ok' : outcome.result.kind))).toEqual([
    'ok',
    'dead_letter',
    'dead_letter',
    'ok',
  ]);
});
