/** The notifier's flow from decisions to rows, with the real codec. */
import { type CodecFor, openTopicCodec } from '@lead-router/contracts/codec.ts';
import { encodeContext } from '@lead-router/contracts/context-codec.ts';
import { asEventId } from '@lead-router/contracts/ids.ts';
import { toContext } from '@lead-router/contracts/mappers/context-mapper.ts';
import { toLeadDecided, toLeadSla } from '@lead-router/contracts/mappers/decision-mapper.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import type { Lead, Person } from '@lead-router/domain/lead.ts';
import type { DecisionKind, LeadRecord, SlaEvent } from '@lead-router/domain/routing-model.ts';
import type { LeadReply } from '@lead-router/domain/rule-set/communication.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import type { KnownLead, NewDelivery } from '@lead-router/store/delivery-store.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import type { Flow } from '@lead-router/stream/topology.ts';
import { buildTestRuleSet } from '@lead-router/testkit/builders/test-rule-set.ts';
import { NOTHING_FOUND } from '@lead-router/testkit/lead-builders.ts';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aLead } from '../../../test/contract/router-store-fixture.ts';
import { leadFor, personFor } from '../../../test/support/example-leads.ts';
import { consumedRecord, flowOf, runFlow } from '../../../test/support/step-harness.ts';
import { deliveryIdOf } from './delivery-id.ts';
import { notifierTopology } from './topology.ts';

const identities = ['e:mail', 'p:phone'];
const NOW = 1_700_000_009_000;
const reply: LeadReply = { replyId: 'sorry', ruleIds: ['old-product'], answersEnquiry: true, subject: ['Sorry'], text: ['Look elsewhere'] };
const ruleSet = buildTestRuleSet({
  pools: [{ poolId: 'field', destinationId: 'sales', agents: ['ann'] }],
  communication: {
    from: { name: '', address: 'desk@example.com' },
    owners: new Map([['mailed', { destinationId: 'mailed', to: ['desk@example.com'], subject: null }]]),
    replies: new Map([
      ['old-product', reply],
      ['offer', { ...reply, replyId: 'offer', answersEnquiry: false }],
    ]),
  },
  destinations: [
    { destinationId: 'sales', webhook: { url: 'http://127.0.0.1:1/hook', secretEnv: 'SALES_SECRET' } },
    { destinationId: 'silent' },
    { destinationId: 'mailed', webhook: { url: 'http://127.0.0.1:1/hook', secretEnv: 'SALES_SECRET' } },
  ],
});

let decided: CodecFor<'LeadDecided'>;
let sla: CodecFor<'LeadSla'>;
let flow: Flow;
let warnings: Flow;
let inserted: NewDelivery[];
let known: KnownLead[];
let believed: RuleSet;
/** What looking again finds; null: nobody should look. */
let active: RuleSet | StoreFault | null;
/** What the table answers, insert by insert. */
let refuses: (deliveries: readonly NewDelivery[]) => StoreFault | null;

beforeAll(async () => {
  const schemas = createMemorySchemas();
  decided = await openTopicCodec(schemas, 'decided');
  sla = await openTopicCodec(schemas, 'sla');
  const topology = notifierTopology({
    version: 'test',
    decided,
    sla,
    ruleSets: {
      current: () => ({ version: believed === ruleSet ? 1 : 0, ruleSet: believed }),
      refresh: async () => {
        if (active === null) throw new Error('looked again without need');
        if (active instanceof StoreFault) throw active;
        believed = active;
      },
    },
    clock: { now: () => NOW, sleep: async () => undefined },
    insertDeliveries: async (planned) => {
      const fault = refuses(planned.deliveries);
      if (fault) throw fault;
      inserted.push(...planned.deliveries);
      known.push(...planned.known);
    },
  });
  flow = flowOf(topology, 'decided');
  warnings = flowOf(topology, 'sla');
});

beforeEach(() => {
  inserted = [];
  known = [];
  believed = ruleSet;
  active = null;
  refuses = () => null;
});

interface Content {
  readonly lead?: Partial<Lead>;
  readonly person?: Partial<Person>;
}

function decision(known: Partial<LeadRecord> = {}, kind: DecisionKind = 'ASSIGNED', content: Content = {}): Buffer {
  const lead = aLead({ poolId: 'field', agentId: 'ann', destinationId: 'sales', ...known });
  const eventId = asEventId(`decision of ${lead.leadId}`);
  const prefix = toLeadDecided(
    { eventId, kind, cause: 'SUBMITTED', lead, previousAgentId: null, acceptBy: NOW + 1 },
    { occurredAt: NOW, recordedAt: NOW, correlationId: lead.leadId },
    { batchId: '0-0-1', batchIndex: 0 },
  );
  return decided.encodeWithContext(
    prefix,
    encodeContext(
      toContext({
        lead: leadFor(content.lead),
        person: personFor({ email: 'ann@example.com', ...content.person }),
        enrichment: { ...NOTHING_FOUND, identities },
      }),
    ),
  );
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

  test('is told with the lead known under its person, for whoever is told of the next', async () => {
    await plan(decision({ destinationId: 'mailed' }));
    expect(known).toEqual([{ leadId: inserted[0]?.leadId, identities }]);
  });

  test('that links a lead to one that nobody owns makes it known to whoever will', async () => {
    const [linked, waiting] = [aLead(), aLead()];
    const nobody = { poolId: null, agentId: null, destinationId: null };
    expect(await plan(decision({ ...linked, ...nobody, linkedTo: waiting.leadId }, 'LINKED'))).toEqual([{ kind: 'ok', value: [] }]);
    expect({ inserted, known }).toEqual({ inserted: [], known: [{ leadId: linked.leadId, identities }] });
  });

  test('that cannot be read is a dead letter, the others go on', async () => {
    const outcomes = await plan(decision(), null, decision());
    expect(outcomes.map(({ kind }) => kind)).toEqual(['ok', 'settled', 'ok']);
    expect(inserted).toHaveLength(2);
  });
});

describe('a decision by rules that were activated a moment ago', () => {
  beforeEach(() => {
    believed = buildTestRuleSet({
      pools: [{ poolId: 'field', destinationId: 'silent', agents: ['ann'] }],
      destinations: [{ destinationId: 'silent' }],
    });
  });

  test('is told by these rules', async () => {
    active = ruleSet;
    expect(await plan(decision())).toEqual([{ kind: 'ok', value: [] }]);
    expect(inserted).toMatchObject([{ channel: 'webhook', destinationId: 'sales' }]);
  });

  test('waits while nobody knows which are active', async () => {
    active = new StoreFault('unavailable', 'connection refused');
    expect(await plan(decision())).toMatchObject([{ step: 'plan', result: { kind: 'retry_later', cause: 'postgres' } }]);
    expect(inserted).toEqual([]);
  });
});

describe('a decision for a destination with several channels', () => {
  test('is a row for each; the mail is written when it is sent', async () => {
    await plan(decision({ destinationId: 'mailed' }));
    expect(inserted.map(({ channel }) => channel)).toEqual(['webhook', 'email']);
    const payload = inserted[1]?.payload ?? Buffer.alloc(0);
    await decided.prepare([payload]);
    expect(decided.decode(payload)).toMatchObject({ kind: 'ASSIGNED', context: { person: { email: 'ann@example.com' } } });
  });
});

describe('an offer', () => {
  const offer = { round: 1, offeredTo: ['ann', 'bob', 'cid'], declined: [], expired: [], expiresAt: NOW + 1 };

  test('is a mail for each who is asked, and one message for the destination, which says who they are', async () => {
    await plan(decision({ destinationId: 'mailed', stage: 'OFFERED', agentId: null, offer }, 'OFFERED'));
    expect(inserted.map(({ channel, agentId }) => [channel, agentId])).toEqual([
      ['webhook', null],
      ['offer', 'ann'],
      ['offer', 'bob'],
      ['offer', 'cid'],
    ]);
    const payload: unknown = JSON.parse(inserted[0]?.payload.toString('utf8') ?? '');
    expect(payload).toMatchObject({ type: 'lead.offered', data: { kind: 'OFFERED', agentId: null, offeredTo: ['ann', 'bob', 'cid'] } });
    expect(new Set(inserted.map(deliveryIdOf)).size).toBe(4);
  });
});

describe('a reply', () => {
  const asked: Content = { person: { comments: 'is my phone still supported?' } };
  const channels = async (known: Partial<LeadRecord>, content: Content, kind: DecisionKind = 'ASSIGNED') => {
    await plan(decision({ destinationId: 'silent', ...known }, kind, content));
    return inserted.map(({ channel }) => channel);
  };

  test.each(['ASSIGNED', 'QUEUED', 'EXCEPTION'] as const)('goes to who has asked, opt-in or not, when the lead is %s', async (kind) => {
    const refusing: Content = { ...asked, lead: { consent: { email: false, phone: null, proof: null, givenAt: null } } };
    expect(await channels({ ruleId: 'old-product' }, refusing, kind)).toEqual(['reply']);
  });

  test.each([
    ['has asked nothing', { ruleId: 'old-product' }, { person: { comments: ' ' } }],
    ['has no address', { ruleId: 'old-product' }, { person: { ...asked.person, email: 'ann at example' } }],
    ['gives two addresses', { ruleId: 'old-product' }, { person: { ...asked.person, email: 'a@example.com, b@example.com' } }],
    ['is a robot', { ruleId: 'old-product' }, { person: { ...asked.person, email: 'no-reply@example.com' } }],
    ['came by another rule', { ruleId: 'all' }, asked],
    ['has not opted in to an offer', { ruleId: 'offer' }, asked],
  ] as const)('goes to nobody who %s', async (_name, known, content) => {
    expect(await channels(known, content)).toEqual([]);
  });

  test('does not go out for a lead that is linked to another', async () => {
    expect(await channels({ ruleId: 'old-product' }, asked, 'LINKED')).toEqual([]);
  });

  test('that is an offer goes to who has opted in', async () => {
    expect(await channels({ ruleId: 'offer' }, { lead: { consent: { email: true, phone: null, proof: null, givenAt: null } } })).toEqual([
      'reply',
    ]);
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

describe('a promise', () => {
  const told = (kind: SlaEvent['kind'], known: Partial<LeadRecord> = {}) => {
    const lead = aLead({ poolId: 'field', agentId: 'ann', destinationId: 'mailed', revision: 2, ...known });
    const event = { eventId: asEventId(`${kind} of ${lead.leadId}`), kind, lead, agentId: lead.agentId, dueAt: NOW + 60_000 };
    return runFlow(warnings, [
      consumedRecord(sla.encode(toLeadSla(event, { occurredAt: NOW, recordedAt: NOW, correlationId: lead.leadId }))),
    ]);
  };

  test.each([
    ['ACCEPT_WARNED', 'accept-warning'],
    ['RESPONSE_WARNED', 'response-warning'],
  ] as const)('%s is a mail to the owner', async (kind, channel) => {
    expect(await told(kind)).toEqual([{ kind: 'ok', value: [] }]);
    expect(inserted).toMatchObject([{ channel, revision: 2, destinationId: 'mailed', agentId: 'ann', dueAt: NOW }]);
    expect(known).toEqual([]);
    expect(sla.decode(inserted[0]?.payload ?? Buffer.alloc(0))).toMatchObject({ kind, dueAt: NOW + 60_000 });
  });

  test.each([
    ['broken', 'ACCEPT_BREACHED', {}],
    ['kept after all', 'BREACH_RETRACTED', {}],
    ['of a destination without mail', 'ACCEPT_WARNED', { destinationId: 'sales' }],
    ['of nobody', 'ACCEPT_WARNED', { destinationId: null }],
  ] as const)('%s is no mail', async (_name, kind, known) => {
    expect(await told(kind, known)).toMatchObject([{ kind: 'settled', step: 'plan-warning', result: { kind: 'drop' } }]);
    expect(inserted).toEqual([]);
  });
});
