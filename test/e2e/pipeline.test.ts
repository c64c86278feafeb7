/** What becomes of leads on the whole pipeline: every service a process, real Kafka, registry and Postgres, rules of the test's own. */

import { setTimeout as sleep } from 'node:timers/promises';
import { asEventId, leadIdFor, poolTimerId } from '@lead-router/contracts/ids.ts';
import { deadLetterTopic, TOPICS } from '@lead-router/contracts/topics.ts';
import { putPresence } from '@lead-router/store/presence-store.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { activityRecord, scoredRecord } from '@lead-router/testkit/inbox-records.ts';
import { buildLead, NOTHING_FOUND } from '@lead-router/testkit/lead-builders.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, openScenarioInFolder, type Scenario } from './scenario.ts';

process.env.LEAD_ROUTER_PREFER = 'local';

/** `points` and `pool` differ from version to version, so that half a flip would show. */
const rules = ({ points, pool }: { readonly points: number; readonly pool: string }) => `
name: pipeline test
scoring:
  lines:
    - { name: version, when: "true", points: ${points} }
  grades:
    - { grade: HOT, name: asked to be called, when: lead.attributes.hot == "yes" }
    - { grade: HOT, name: answered, when: lead.attributes.for == "info" && has(lead.budget) }
    - { grade: NEED_INFORMATION, when: lead.attributes.for == "info" }
    - { grade: HOT, name: engaged, when: lead.attributes.for == "drip" && lead.engagementScore >= 10.0 }
    - { grade: NEED_NURTURING, when: lead.attributes.for == "drip" }
    - { grade: LOW_POTENTIAL, name: the rest }
rules:
  - { id: sold, when: 'lead.attributes.for in ["info", "drip"] && lead.grade == "HOT"', to: team }
  - { id: info, when: lead.attributes.for == "info", to: center }
  - { id: drip, when: lead.attributes.for == "drip", to: drip }
  - { id: voice, when: lead.attributes.for == "voice", to: voice }
  - { id: clock, when: lead.attributes.for == "clock", to: clock }
  - { id: tight, when: lead.attributes.for == "tight", to: tight }
  - { id: team, when: lead.attributes.for == "team", to: team }
  - { id: alone, when: lead.attributes.for == "alone", to: alone }
  - { id: flipped, when: lead.attributes.for == "flip", to: ${pool} }
lastResort: chiefs
destinations:
  - { id: sales, kind: SALES }
  - { id: campaigns, kind: NURTURE }
pools:
  - { id: center, destination: sales, agents: [{ id: cora }] }
  - { id: drip, destination: campaigns, agents: [{ id: mailing }] }
  - id: voice
    destination: sales
    sla: { firstResponse: { within: 3s, warnAt: 50% }, reassignments: 0 }
    agents: [{ id: v1 }, { id: v2 }]
  - { id: clock, destination: sales, acceptWithin: 2s, agents: [{ id: ann }, { id: bob }] }
  - { id: tight, destination: sales, agents: [{ id: tess, caps: { open: 1 } }] }
  - { id: team, destination: sales, agents: [{ id: t1 }, { id: t2 }, { id: t3 }, { id: t4 }] }
  - { id: alone, destination: sales, agents: [{ id: abby }] }
  - { id: old-pool, destination: sales, agents: [{ id: o1 }, { id: o2 }] }
  - { id: new-pool, destination: sales, agents: [{ id: n1 }, { id: n2 }] }
  - { id: chiefs, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }
`;
const FIRST = { points: 10, pool: 'old-pool' };
const SECOND = { points: 20, pool: 'new-pool' };

let scenario: Scenario;

beforeAll(async () => {
  scenario = await openScenarioInFolder((folder) => ({ folder, rules: rules(FIRST), env: { ROUTER_BATCH_RECORDS: '100' } }));
});

afterAll(() => scenario.stop());

const NOBODY = {
  ...{ firstName: null, lastName: null, jobTitle: null, email: null, phone: null, mobile: null, fullName: null, found: null },
  ...{ fax: null, street: null, comments: null, notes: null },
};

const lead = (reference: string, purpose: string, more: Readonly<Record<string, unknown>> = {}) => ({
  vendorReference: reference,
  attributes: { for: purpose },
  person: { email: `${reference}@example.org` },
  ...more,
});

test('an accept clock that runs out takes the lead to somebody else, then to the final decision makers', async () => {
  await scenario.submit([lead('clock-1', 'clock')]);
  const first = await scenario.lead('clock-1');
  expect(first).toMatchObject({ stage: 'ASSIGNED', poolId: 'clock' });
  const second = await scenario.lead('clock-1', ({ revision }) => revision === 2);
  expect(second).toMatchObject({ stage: 'ASSIGNED', poolId: 'clock', formerAgents: [first.agentId] });
  expect(second.agentId).not.toBe(first.agentId);
  const third = await scenario.lead('clock-1', ({ revision }) => revision === 3);
  expect(third).toMatchObject({ stage: 'EXCEPTION', agentId: 'chief', formerAgents: [first.agentId, second.agentId] });
});

test('an acceptance in time stops the clock', async () => {
  await scenario.submit([lead('clock-2', 'clock')]);
  await scenario.act('clock-2', 'ACCEPTED');
  const accepted = await scenario.lead('clock-2', ({ acceptedAt }) => acceptedAt !== null);
  expect(accepted).toMatchObject({ revision: 1, timer: null });
});

test('answers from a CRM turn a lead that needed information Hot, and the call notes go with it', async () => {
  await scenario.submit([lead('info-1', 'info')]);
  expect(await scenario.lead('info-1')).toMatchObject({ grade: 'NEED_INFORMATION', agentId: 'cora' });
  const answers = { budget: 40_000, authority: 'DECIDES', need: null, timeFrame: 'UNKNOWN', productInterest: [] } as const;
  await scenario.report('info-1', 'NOTED', { person: { ...NOBODY, notes: 'Wants forty phones.' } });
  await scenario.report('info-1', 'ANSWERED', { agentId: 'cora', answers });
  const hot = await scenario.lead('info-1', ({ revision }) => revision === 2);
  expect(hot).toMatchObject({ grade: 'HOT', poolId: 'team', formerAgents: [] });
  expect(hot.respondedAt).not.toBeNull();
  // Postgres has the decision a moment before Kafka.
  const second = await eventually('the second decision is in the topic', async () => {
    const decided = (await scenario.read(TOPICS.decided.topic)).filter(({ key }) => String(key) === hot.leadId);
    return decided[1]?.value ?? null;
  });
  expect(second.includes('Wants forty phones.')).toBe(true);
});

test('clicks raise a nurtured lead to Hot, and a repeat of one counts once', async () => {
  await scenario.submit([lead('drip-1', 'drip')]);
  expect(await scenario.lead('drip-1')).toMatchObject({ grade: 'NEED_NURTURING', poolId: 'drip' });
  const click = { agentId: null, more: { activityId: 'one click', reason: 'clicked' } };
  await scenario.act('drip-1', 'ENGAGED', click);
  await scenario.act('drip-1', 'ENGAGED', click);
  expect(await scenario.lead('drip-1', ({ version }) => version === 2)).toMatchObject({ poolId: 'drip', revision: 1 });
  await scenario.report('drip-1', 'ENGAGED', { reason: 'CLICKED' });
  expect(await scenario.lead('drip-1', ({ revision }) => revision === 2)).toMatchObject({ grade: 'HOT', poolId: 'team' });
});

test('voicemail does not stop the clock of the first response: warned, broken, escalated', async () => {
  await scenario.submit([lead('voice-1', 'voice'), lead('voice-2', 'voice')]);
  await scenario.act('voice-1', 'CONTACTED', { more: { isHumanResponse: false } });
  await scenario.act('voice-2', 'CONTACTED');
  const escalated = await scenario.lead('voice-1', ({ revision }) => revision === 2);
  expect(escalated).toMatchObject({ stage: 'EXCEPTION', agentId: 'chief', breaches: [{ clock: 'RESPONSE' }] });
  const late = escalated.decidedAt - (escalated.breaches[0]?.dueAt ?? 0);
  expect(late).toBeLessThan(1_000);
  expect(await scenario.lead('voice-2')).toMatchObject({ revision: 1, timer: null, laterTimers: [] });
  // Postgres has it first.
  const told = await eventually('the promise was broken in public', async () => {
    const kinds = (await scenario.slaEvents()).flatMap(({ envelope, kind }) => (envelope.leadId === escalated.leadId ? [kind] : []));
    return kinds.length < 3 ? null : kinds;
  });
  expect(told).toEqual(['RESPONSE_WARNED', 'RESPONSE_BREACHED', 'ESCALATED']);
});

test('leads wait for capacity and leave the queue by rank and age as it frees', async () => {
  await scenario.submit([lead('tight-1', 'tight')]);
  await scenario.lead('tight-1', ({ stage }) => stage === 'ASSIGNED');
  await scenario.submit([lead('tight-2', 'tight')]);
  await scenario.lead('tight-2', ({ stage }) => stage === 'WAITING');
  await scenario.submit([lead('tight-3', 'tight', { attributes: { for: 'tight', hot: 'yes' } })]);
  await scenario.lead('tight-3', ({ stage }) => stage === 'WAITING');
  await scenario.act('tight-1', 'WON');
  const hot = await scenario.lead('tight-3', ({ stage }) => stage === 'ASSIGNED');
  expect(hot).toMatchObject({ revision: 2, agentId: 'tess' });
  expect((await scenario.lead('tight-2')).stage).toBe('WAITING');
  await scenario.act('tight-3', 'LOST');
  await scenario.lead('tight-2', ({ stage, revision }) => stage === 'ASSIGNED' && revision === 2);
});

test('leads wait for an agent that is away, and are its own the moment it is back, by its word or by the end that was given', async () => {
  const say = (isAway: boolean, awayUntil: number | null) =>
    putPresence(scenario.system.pool, { agentId: 'abby', isAway, awayUntil, reason: null, changedBy: 'a test' }, poolTimerId);
  await say(true, null);
  await scenario.submit([lead('alone-1', 'alone')]);
  await scenario.lead('alone-1', ({ stage }) => stage === 'WAITING');
  const backAt = Date.now();
  await say(false, null);
  const given = await scenario.lead('alone-1', ({ stage }) => stage === 'ASSIGNED');
  expect(given).toMatchObject({ revision: 2, agentId: 'abby' });
  expect(given.decidedAt - backAt).toBeLessThan(1_500);
  const until = Date.now() + 2_000;
  await say(true, until);
  await scenario.submit([lead('alone-2', 'alone')]);
  await scenario.lead('alone-2', ({ stage }) => stage === 'WAITING');
  const { decidedAt } = await scenario.lead('alone-2', ({ stage }) => stage === 'ASSIGNED');
  expect([decidedAt >= until, decidedAt < until + 1_500]).toEqual([true, true]);
});

test('the same person again is linked while the first lead is open, and goes to the same owner after it', async () => {
  const person = { person: { email: 'Pat.Doe@example.org' } };
  await scenario.submit([lead('team-1', 'team', person)]);
  const first = await scenario.lead('team-1');
  // The others get some too, so that the same owner is no accident of the order.
  await scenario.submit(['a', 'b', 'c', 'd', 'e'].map((name) => lead(`team-other-${name}`, 'team')));
  await scenario.lead('team-other-e');
  await scenario.submit([lead('team-2', 'team', { person: { email: 'pat.doe@EXAMPLE.org' } })]);
  const linked = await scenario.lead('team-2');
  expect(linked).toMatchObject({ stage: 'LINKED', linkedTo: first.leadId, agentId: first.agentId });
  await scenario.act('team-1', 'WON');
  await scenario.lead('team-1', ({ stage }) => stage === 'CLOSED');
  await scenario.submit([lead('team-3', 'team', person)]);
  expect(await scenario.lead('team-3')).toMatchObject({ stage: 'ASSIGNED', agentId: first.agentId });
});

test('a value nobody can read is dead-lettered with its bytes and headers, and nothing else stops', async () => {
  const known = scoredRecord(scenario.inbox, {
    leadId: scenario.leadId('x'),
    lead: buildLead(),
    ...findings(10),
    ruleSetVersion: 1,
    submittedAt: 0,
  });
  // The id of our own schema, and then no value of it.
  const bytes = Buffer.concat([known.value?.subarray(0, 5) ?? Buffer.alloc(0), Buffer.from([0xff, 0xfe, 0xfd])]);
  const headers = { traceparent: '00-11111111111111111111111111111111-2222222222222222-01', 'x-odd': Buffer.from([1, 2, 0, 3]) };
  await sendToInbox([{ topic: TOPICS.inbox.topic, key: scenario.leadId('after-malformed'), value: bytes, headers }]);
  await scenario.submit([lead('after-malformed', 'team')]);
  await scenario.lead('after-malformed');
  const letter = await eventually(
    'the dead letter is there',
    async () => (await deadLetters()).find(({ value }) => value?.equals(bytes)) ?? null,
  );
  expect(String(letter.headers['dlq.error.code'])).toBe('LR_CODEC_MALFORMED');
  expect(String(letter.headers['dlq.source.topic'])).toBe(TOPICS.inbox.topic);
  expect(String(letter.headers.traceparent)).toBe(headers.traceparent);
  expect(letter.headers['x-odd']).toEqual(headers['x-odd']);
});

test('a value that Postgres refuses is dead-lettered alone, out of the midst of its batch', async () => {
  const at = Date.now();
  const scored = (reference: string, vendor: string): OutgoingRecord => {
    const known = buildLead({ vendor, vendorReference: reference, attributes: { for: 'team' } });
    const leadId = leadIdFor('demo', { kind: 'REFERENCE', reference });
    return scoredRecord(scenario.inbox, { leadId, lead: known, ...findings(10), ruleSetVersion: 1, submittedAt: at });
  };
  const good = Array.from({ length: 40 }, (_, n) => `nul-${n}`);
  // NUL has no place in a text of Postgres; the door removes it, so this one came past the door.
  const bad = scored('nul-bad', 'de\0mo');
  const notOurs = activityRecord(scenario.inbox, {
    eventId: asEventId('no uuid'),
    leadId: scenario.leadId('nul-0'),
    activity: 'ACCEPTED',
    agentId: null,
    occurredAt: at,
  });
  await sendToInbox([
    ...good.slice(0, 20).map((name) => scored(name, 'demo')),
    bad,
    notOurs,
    ...good.slice(20).map((name) => scored(name, 'demo')),
  ]);
  for (const name of good) await scenario.lead(name);
  const letters = await eventually('both dead letters are there', async () => {
    const refused = (await deadLetters()).filter(({ headers }) => String(headers['dlq.error.code']) === 'LR_ROUTER_VALUE_REFUSED');
    return refused.length >= 2 ? refused : null;
  });
  expect(letters).toHaveLength(2);
  expect(letters.map(({ value }) => value)).toEqual(expect.arrayContaining([bad.value, notOurs.value]));
  // Sent as the pipeline would have: submitted now, their scored events are repeats.
  await scenario.submit(good.map((name) => lead(name, 'team')));
});

test('a scored lead stamped with another rule set version is evaluated again by the active one', async () => {
  const known = buildLead({ vendor: 'demo', vendorReference: 'stale-1', attributes: { for: 'team' } });
  const leadId = scenario.leadId('stale-1');
  await sendToInbox([scoredRecord(scenario.inbox, { leadId, lead: known, ...findings(777), ruleSetVersion: 99, submittedAt: Date.now() })]);
  expect(await scenario.lead('stale-1')).toMatchObject({ ruleSetVersion: 1, score: 10, grade: 'LOW_POTENTIAL' });
  await scenario.submit([lead('stale-1', 'team')]);
});

test('a rule set that is flipped under load decides no lead with a mixture', async () => {
  const BATCH = 100;
  const PAUSE_MS = 25;
  let sent = 0;
  let enough = Number.POSITIVE_INFINITY;
  const streaming = (async () => {
    while (sent < enough) {
      const from = sent;
      await scenario.submit(
        Array.from({ length: BATCH }, (_, n) => lead(`flip-${from + n}`, 'flip', { person: { phone: `+1415${2_000_000 + from + n}` } })),
      );
      sent += BATCH;
      await sleep(PAUSE_MS);
    }
  })();
  streaming.catch(() => undefined);
  await scenario.lead(`flip-${BATCH}`);
  expect(await scenario.flip(rules(SECOND))).toBe(2);
  enough = sent + 10 * BATCH;
  await streaming;
  const flips = new Set(Array.from({ length: sent }, (_, n): string => scenario.leadId(`flip-${n}`)));
  const decided = await eventually('every lead is decided', async () => {
    const theirs = (await scenario.decisions()).filter(({ envelope, revision }) => flips.has(envelope.leadId) && revision === 1);
    return theirs.length === sent ? theirs : null;
  });
  const byVersion = new Map<number, Set<string>>();
  for (const { ruleSetVersion, poolId, score } of decided) {
    byVersion.set(ruleSetVersion, (byVersion.get(ruleSetVersion) ?? new Set()).add(`${poolId} ${score}`));
  }
  expect([...byVersion].sort(([a], [b]) => a - b)).toEqual([
    [1, new Set(['old-pool 10'])],
    [2, new Set(['new-pool 20'])],
  ]);
});

test('after all that the audit balances', async () => {
  const audit = await scenario.audit();
  expect(audit.checks.flatMap(({ first }) => first)).toEqual([]);
  expect(audit).toMatchObject({ balances: true, inFlight: 0 });
});

const deadLetters = () => scenario.read(deadLetterTopic('router'));

async function sendToInbox(records: readonly OutgoingRecord[]): Promise<void> {
  const producer = await scenario.system.kafka.producer();
  try {
    await producer.send(records);
  } finally {
    await producer.disconnect();
  }
}

/** As a scorer under rules with so many points would have found. */
function findings(points: number) {
  return {
    enrichment: NOTHING_FOUND,
    scoring: { score: points, grade: 'HOT', gradeReason: 'as given', reasons: [{ name: 'version', points }] },
  } as const;
}
