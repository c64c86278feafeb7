/** What the router counts of a batch, and of its partitions' pauses. */
import { KafkaFault } from '@lead-router/stream/kafka-port.ts';
import { createHealth } from '@lead-router/telemetry/health.ts';
import { silentLogger } from '@lead-router/telemetry/logger.ts';
import { createMetrics } from '@lead-router/telemetry/metrics.ts';
import { describe, expect, it } from 'vitest';
import { aDestination, aLead, anEventId, aPool } from '../../../test/contract/router-store-fixture.ts';
import { simulationRuleSet } from '../../../test/simulation/simulation-rules.ts';
import { exactlyOnceObserver, routerObserver } from './observers.ts';

type Committed = Parameters<ReturnType<typeof routerObserver>['committed']>[0];

const topic = 'lead.inbox.v1';
const NOW = Date.UTC(2026, 10, 20);
const MINUTE = 60_000;

const createWorld = () => {
  const metrics = createMetrics('router', { now: () => NOW });
  const health = createHealth();
  health.started();
  metrics.follow(health);
  const options = { metrics, health, logger: silentLogger, topic };
  return { health, router: routerObserver(options), tasks: exactlyOnceObserver(options), shown: async () => (await metrics.render()).body };
};

const batch = (parts: Partial<Committed> = {}): Committed => ({
  partition: 0,
  ruleSet: simulationRuleSet(1),
  before: {
    identities: new Map(),
    leads: new Map(),
    destinations: new Map([['sales', aDestination()]]),
    pools: new Map([['field', aPool()]]),
    waiters: new Map(),
    away: new Map(),
    locked: { identities: [], leads: [], destinations: [], pools: [] },
  },
  writes: { identities: [], leads: [], destinations: [], pools: [], waitersPut: [], waitersRemoved: [] },
  effects: [],
  ignored: [],
  repeats: 0,
  wakeUps: 0,
  deadLetters: 0,
  deadLetterCodes: [],
  together: 1,
  now: NOW,
  ...parts,
});

describe('a committed batch', () => {
  it('shows a first response and an acceptance once, whatever comes later', async () => {
    const { router, shown } = createWorld();
    const lead = { ...aLead(), submittedAt: NOW - 90 * MINUTE, decidedAt: NOW - 60 * MINUTE, acceptedAt: null, respondedAt: null };
    const answered = { ...lead, acceptedAt: NOW - 50 * MINUTE, respondedAt: NOW - 30 * MINUTE };
    const { before, writes } = batch();
    const known = (one: typeof lead | typeof answered) => ({ ...before, leads: new Map([[lead.leadId, one]]) });
    router.committed(batch({ before: known(lead), writes: { ...writes, leads: [answered] } }));
    router.committed(batch({ before: known(answered), writes: { ...writes, leads: [{ ...answered, version: lead.version + 2 }] } }));
    const text = await shown();
    expect(text).toContain('lead_router_time_to_first_response_seconds_count{service="router"} 1');
    expect(text).toContain('lead_router_time_to_first_response_seconds_sum{service="router"} 3600');
    expect(text).toContain('lead_router_time_to_accept_seconds_sum{service="router"} 600');
  });

  it('shows decisions by cause, who was given what, broken promises and dead letters by code', async () => {
    const { router, shown } = createWorld();
    const lead = { ...aLead(), revision: 2, poolId: 'field', destinationId: 'sales' };
    router.committed(
      batch({
        effects: [
          { kind: 'SLA', inputIndex: 0, sla: { eventId: anEventId(), kind: 'ACCEPT_BREACHED', lead, agentId: 'ann', dueAt: NOW } },
          {
            kind: 'DECISION',
            inputIndex: 0,
            decision: {
              eventId: anEventId(),
              kind: 'ASSIGNED',
              cause: 'ACCEPT_OVERDUE',
              lead,
              previousAgentId: 'ann',
              acceptBy: null,
            },
          },
        ],
        ignored: [{ inputIndex: 1, reason: 'TIMER_SUPERSEDED' }],
        deadLetters: 1,
        deadLetterCodes: ['LR_CODEC_UNREADABLE'],
      }),
    );
    const text = await shown();
    for (const series of [
      'lead_router_decisions_total{kind="assigned",cause="accept_overdue",service="router"} 1',
      'lead_router_assigned_leads_total{pool="field",destination="sales",service="router"} 1',
      'lead_router_sla_events_total{kind="accept_breached",service="router"} 1',
      'lead_router_sla_events_total{kind="reassigned",service="router"} 1',
      'lead_router_ignored_events_total{reason="timer_superseded",service="router"} 1',
      'lead_router_dead_letters_total{step="decide",code="LR_CODEC_UNREADABLE",service="router"} 1',
    ])
      expect(text).toContain(series);
    expect(text).toContain('lead_router_time_to_assign_seconds_count{service="router"} 0');
  });
});

it('shows what a batch sent out, by sink', async () => {
  const { tasks, shown } = createWorld();
  const out = (to: string) => ({ topic: to, key: null, value: null });
  const outputs = [out('lead.decided.v1'), out('lead.state.v1'), out('lead.state.v1'), out('router.dead-letter.v1')];
  tasks.batchDone({ partition: 0, records: 2, outputs, applyMs: 5, emitMs: 5, position: 2, end: 2, lastMs: NOW });
  const text = await shown();
  for (const [sink, count] of [
    ['decided', 1],
    ['state', 2],
    ['dead_letter', 1],
  ] as const)
    expect(text).toContain(`lead_router_records_out_total{sink="${sink}",service="router"} ${count}`);
});

describe('pauses', () => {
  it('are shown with their reason, in metrics and health, until they are over', async () => {
    const { tasks, health, shown } = createWorld();
    const waits = { backOffMs: 200, position: 5, end: 9, oldestMs: NOW - 4_000 };
    const paused = async (reason: string) =>
      Number(new RegExp(`paused_partitions\\{reason="${reason}",service="router"\\} (\\d)`).exec(await shown())?.[1]);
    tasks.pausedFor({ ...waits, partition: 0, error: new KafkaFault('unavailable', 'away') });
    tasks.pausedFor({ ...waits, partition: 1, error: new KafkaFault('refused', 'too large') });
    tasks.alarm({ partition: 2, reason: 'a person has to look' });
    expect([await paused('back_off'), await paused('refused'), await paused('alarm')]).toEqual([1, 1, 1]);
    expect(health.report().pauses).toEqual({ [`${topic}/0`]: 'away', [`${topic}/1`]: 'too large', [`${topic}/2`]: 'a person has to look' });
    expect(await shown()).toContain(`lead_router_lag_age_seconds{topic="${topic}",partition="1",service="router"} 4`);
    expect(await shown()).toContain('lead_router_ready{service="router"} 0');
    for (const partition of [0, 1, 2]) tasks.resumed({ partition });
    expect([await paused('back_off'), await paused('refused'), await paused('alarm')]).toEqual([0, 0, 0]);
    expect(health.report()).toMatchObject({ ready: true, pauses: {} });
  });
});
