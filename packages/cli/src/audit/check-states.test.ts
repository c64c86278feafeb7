import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { describe, expect, it } from 'vitest';
import { aLead } from '../../../../test/contract/router-store-fixture.ts';
import { again, CONSUMED, type Decided, decide, ledgerOf, soundHistory } from './audit-fixture.test-support.ts';
import { createStateCheck } from './check-states.ts';

const check = async (history: readonly Decided[], states: readonly LeadRecord[], options: { isAtRest?: boolean } = {}) => {
  const its = createStateCheck(ledgerOf(history), () => options.isAtRest ?? true);
  for (const state of states) its.add(state);
  const rows = new Map<string, LeadRecord>(history.map(({ lead }) => [lead.leadId, lead]));
  const outcome = await its.finish(async (leadId) => rows.get(leadId) ?? null);
  return { ...outcome, whats: outcome.report.first.map(({ what }) => what) };
};

describe('the check of states', () => {
  it('finds nothing wrong where the latest state is the row', async () => {
    const history = soundHistory();
    const { report } = await check(
      history,
      history.map(({ lead }) => lead),
    );
    expect(report).toMatchObject({ discrepancies: 0, counts: { leads: 2, states: 3 } });
  });

  it('needs no earlier states: compaction takes them away', async () => {
    const history = soundHistory();
    expect(
      (
        await check(
          history,
          history.slice(1).map(({ lead }) => lead),
        )
      ).whats,
    ).toEqual([]);
  });

  it('finds a lead without a state, and one whose latest is missing', async () => {
    const history = soundHistory();
    const [first] = history;
    if (first === undefined) throw new Error('no history');
    expect((await check(history, [first.lead])).whats).toEqual([
      'Postgres has version 2, Kafka only 1',
      'Postgres has version 1, Kafka has no state of it',
    ]);
  });

  it('takes a state behind the cut for in flight', async () => {
    const behind = decide(aLead(), { batchTo: CONSUMED + 1 });
    expect(await check([behind], [])).toMatchObject({ inFlight: 1, unattributed: 0, whats: [] });
  });

  it('knows a change without a decision by its partition only', async () => {
    const lead = aLead();
    const decided = decide(lead);
    const changed = { ...decided, lead: { ...lead, version: 2, acceptedAt: 9 } };
    expect(await check([changed], [lead], { isAtRest: false })).toMatchObject({ inFlight: 1, unattributed: 1, whats: [] });
    expect((await check([changed], [lead])).whats).toEqual(['Postgres has version 2, Kafka only 1']);
  });

  it('finds versions that go back or come twice', async () => {
    const lead = aLead();
    const next = again(lead);
    const history = [decide(lead), decide(next)];
    expect((await check(history, [lead, next, lead])).whats).toEqual(['version 1 comes after version 2']);
    expect((await check(history, [lead, next, next])).whats).toEqual(['version 2 comes after version 2']);
  });

  it('finds a state ahead of Postgres, and one of a lead that Postgres lacks', async () => {
    const lead = aLead();
    expect((await check([decide(lead)], [again(lead), aLead()])).whats).toEqual([
      'Kafka has version 2, Postgres only 1',
      'there is a state of version 1, and Postgres has no such lead',
    ]);
  });

  const CHANGES: readonly Partial<LeadRecord>[] = [
    { stage: 'CLOSED' },
    { agentId: 'bob' },
    { identities: ['0123'] },
    { formerAgents: ['zoe'] },
    { isQualified: true },
    { respondedAt: 1 },
    { waitingSince: 5 },
    { timer: { kind: 'ACCEPT', dueAt: 7 } },
    { breaches: [{ clock: 'ACCEPT', revision: 1, agentId: 'ann', dueAt: 3 }] },
    { outcome: 'WON' },
    { score: 71.25 },
  ];
  it.each(CHANGES.map((change) => [Object.keys(change)[0], change] as const))(
    'finds a state that says another %s',
    async (field, change) => {
      const lead = aLead();
      const { whats } = await check([decide(lead)], [{ ...lead, ...change }]);
      expect(whats).toHaveLength(1);
      expect(whats[0]).toContain(`version 1 differs: ${field} is `);
    },
  );
});
