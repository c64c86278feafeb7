/** The notifier's flow from decisions to rows, with the real codec. */
import { type CodecFor, openTopicCodec } from '@lead-router/contracts/codec.ts';
import { encodeContext } from '@lead-router/contracts/context-codec.ts';
import { asEventId } from '@lead-router/contracts/ids.ts';
import { toContext } from '@lead-router/contracts/mappers/context-mapper.ts';
import { toLeadDecided } from '@lead-router/contracts/mappers/decision-mapper.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import type { DecisionKind, LeadRecord } from '@lead-router/domain/routing-model.ts';
import type { NewDelivery } from '@lead-router/store/delivery-store.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import type { Flow } from '@lead-router/stream/topology.ts';
import { buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aLead } from '../../../test/contract/router-store-fixture.ts';
import { leadFor, personFor } from '../../../test/support/example-leads.ts';
import { consumedRecord, onlyFlow, runFlow } from '../../../test/support/step-harness.ts';
import { notifierTopology } from './topology.ts';

const NOW = 1_700_000_009_000;
const ruleSet = buildTestRuleSet({
  pools: [{ poolId: 'field', destinationId: 'sales', agents: ['ann'] }],
  destinations: [
    { destinationId: 'sales', webhook: { url: 'http://127.0.0.1:1/hook', secretEnv: 'SALES_SECRET' } },
    { destinationId: 'silent' },
  ],
});

let decided: CodecFor<'LeadDecided'>;
let flow: Flow;
let inserted: NewDelivery[];
/** What the table answers, insert by insert. */
let refuses: (deliveries: readonly NewDelivery[]) => StoreFault | null;

beforeAll(async () => {
  decided = await openTopicCodec(createMemorySchemas(), 'decided');
  flow = onlyFlow(
    notifierTopology({
      version: 'test',
      decided,
      ruleSets: { current: () => ({ ruleSet }) },
      clock: { now: () => NOW, sleep: async () => undefined },
      insertDeliveries: async (deliveries) => {
        const fault = refuses(deliveries);
        if (fault) throw fault;
        inserted.push(...deliveries);
      },
    }),
  );
});

beforeEach(() => {
  inserted = [];
  refuses = () => null;
});

function decision(known: Partial<LeadRecord> = {}, kind: DecisionKind = 'ASSIGNED'): Buffer {
  const lead = aLead({ poolId: 'field', agentId: 'ann', destinationId: 'sales', ...known });
  const eventId = asEventId(`decision of ${lead.leadId}`);
  const prefix = toLeadDecided(
    { eventId, kind, cause: 'SUBMITTED', lead, previousAgentId: null, acceptBy: NOW + 1 },
    { occurredAt: NOW, recordedAt: NOW, correlationId: lead.leadId },
    { batchId: '0-0-1', batchIndex: 0 },
  );
  return decided.encodeWithContext(prefix, encodeContext(toContext({ lead: leadFor(), person: personFor({ email: 'ann@example.com' }) })));
}

const plan = (...values: readonly (Buffer | null)[]) =>
  runFlow(
    flow,
    values.map((value) => consumedRecord(value)),
  );

describe('a decision', () => {
  test.each(['ASSIGNED', 'LINKED', 'EXCEPTION'] as const)(
    '%s is told to its destination: one row, due now, with the whole context',
    async (kind) => {
      expect(await plan(decision({ revision: 3 }, kind))).toEqual([{ kind: 'ok', value: [] }]);
      expect(inserted).toMatchObject([
        { revision: 3, channel: 'webhook', destinationId: 'sales', poolId: 'field', agentId: 'ann', dueAt: NOW },
      ]);
      const payload: unknown = JSON.parse(inserted[0]?.payload.toString('utf8') ?? '');
      expect(payload).toMatchObject({
        type: { ASSIGNED: 'lead.assigned', LINKED: 'lead.linked', EXCEPTION: 'lead.exception' }[kind],
        data: { leadId: inserted[0]?.leadId, kind, person: { email: 'ann@example.com' }, lead: { vendor: 'vendor-a' } },
      });
    },
  );

  test.each([
    ['nobody owns yet', 'QUEUED', {}],
    ['has no destination', 'ASSIGNED', { destinationId: null }],
    ['goes where there is no channel', 'ASSIGNED', { destinationId: 'silent' }],
    ['goes where the rules know nothing of any more', 'ASSIGNED', { destinationId: 'gone' }],
  ] as const)('that %s is told to nobody', async (_name, kind, known) => {
    expect(await plan(decision(known, kind))).toMatchObject([{ kind: 'settled', step: 'plan', result: { kind: 'drop' } }]);
    expect(inserted).toEqual([]);
  });

  test('that cannot be read is a dead letter, the others go on', async () => {
    const outcomes = await plan(decision(), null, decision());
    expect(outcomes.map(({ kind }) => kind)).toEqual(['ok', 'settled', 'ok']);
    expect(inserted).toHaveLength(2);
  });
});

describe('rows that cannot be written', () => {
  test('wait while Postgres is away', async () => {
    refuses = () => new StoreFault('unavailable', 'connection refused');
    expect(await plan(decision(), decision())).toMatchObject([
      { result: { kind: 'retry_later', cause: 'postgres' } },
      { result: { kind: 'retry_later', cause: 'postgres' } },
    ]);
  });

  test('for one value that Postgres refuses do not hold up the others', async () => {
    refuses = (deliveries) => (deliveries.some(({ revision }) => revision === 2) ? new StoreFault('refused-value', '22021') : null);
    const outcomes = await plan(decision(), decision({ revision: 2 }), decision());
    expect(outcomes).toMatchObject([
      { kind: 'ok' },
      { kind: 'settled', step: 'insert', result: { kind: 'dead_letter', code: 'LR_NOTIFIER_VALUE_REFUSED' } },
      { kind: 'ok' },
    ]);
    expect(inserted.map(({ revision }) => revision)).toEqual([1, 1]);
  });
});
