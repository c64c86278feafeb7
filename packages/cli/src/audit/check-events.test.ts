import { TOPICS } from '@lead-router/contracts/topics.ts';
import { describe, expect, it } from 'vitest';
import { aLead } from '../../../../test/contract/router-store-fixture.ts';
import { aCut, CONSUMED, type Decided, decide, ledgerOf, PARTITION, soundHistory } from './audit-fixture.test-support.ts';
import { createEventCheck } from './check-events.ts';

const check = async (history: readonly Decided[], events = history.map(({ event }) => event), cut = aCut()) => {
  const its = createEventCheck(ledgerOf(history), cut);
  for (const event of events) its.add(event, PARTITION);
  const outcome = await its.finish(async (leadId) => history.map(({ row }) => row).filter((row) => row.leadId === leadId));
  return { ...outcome, whats: outcome.report.first.map(({ what }) => what) };
};

describe('the check of events', () => {
  it('finds nothing wrong where each decision has its event', async () => {
    const { report, inFlight, expired } = await check(soundHistory());
    expect(report).toMatchObject({ discrepancies: 0, counts: { decisions: 3, events: 3 } });
    expect([inFlight, expired]).toEqual([0, 0]);
  });

  it('finds a decision without an event', async () => {
    const history = soundHistory();
    const { report, whats } = await check(
      history,
      history.slice(1).map(({ event }) => event),
    );
    expect(report).toMatchObject({ discrepancies: 1, first: [{ leadId: history[0]?.lead.leadId }] });
    expect(whats).toEqual(['revision 1 is decided in Postgres, and no committed event tells of it']);
  });

  it('takes a decision behind the cut for in flight, and counts its event when it is there after all', async () => {
    const behind = decide(aLead(), { batchTo: CONSUMED + 1 });
    expect(await check([behind], [])).toMatchObject({ inFlight: 1, whats: [] });
    expect(await check([behind])).toMatchObject({ inFlight: 0, whats: [] });
  });

  it('finds an event that is visible twice', async () => {
    const history = soundHistory();
    const events = history.map(({ event }) => event);
    expect((await check(history, [...events, ...events.slice(1, 2)])).whats).toEqual(['the event of revision 2 is visible 2 times']);
  });

  it('finds an event without a decision, of a known lead or of none', async () => {
    const history = soundHistory();
    const [known] = history;
    if (known === undefined) throw new Error('no history');
    const stray = [{ ...known.event, revision: 7 }, decide(aLead()).event];
    const { whats } = await check(history, [...history.map(({ event }) => event), ...stray]);
    expect(whats).toEqual([
      'there is an event of revision 7, and Postgres has no such decision',
      'there is an event of revision 1, and Postgres has no such decision',
    ]);
  });

  it.each([
    ['kind', 'QUEUED'],
    ['poolId', 'other'],
    ['agentId', null],
    ['version', 9],
    ['ruleSetVersion', 2],
    ['acceptBy', 5_001],
    ['batchIndex', 5],
    ['score', 70.5],
  ] as const)('finds an event that says another %s, and says what', async (field, value) => {
    const one = decide(aLead());
    const { report, whats } = await check([one], [{ ...one.event, [field]: value }]);
    expect(report.discrepancies).toBe(1);
    const name = field === 'batchIndex' ? 'inputIndex' : field;
    expect(whats[0]).toMatch(
      new RegExp(`^the event of revision 1 differs from its decision: ${name} is .* in Postgres, ${JSON.stringify(value)} in Kafka$`),
    );
  });

  it('does not take an expired event for a missing one', async () => {
    const [old, kept] = [decide(aLead({ decidedAt: 1_000 })), decide(aLead({ decidedAt: 2_000 }))];
    const missing = decide(aLead({ decidedAt: 3_000 }));
    const cut = aCut({ low: { [TOPICS.decided.topic]: 50 } });
    const { expired, report, whats } = await check([old, kept, missing], [kept.event], cut);
    expect([expired, whats.length, report.first[0]?.leadId]).toEqual([1, 1, missing.lead.leadId]);
  });

  it('counts all and lists the first twenty', async () => {
    const { report } = await check(
      Array.from({ length: 30 }, () => decide(aLead())),
      [],
    );
    expect([report.discrepancies, report.first.length]).toEqual([30, 20]);
  });

  it('finds a record that is no event', async () => {
    const its = createEventCheck(ledgerOf([]), aCut());
    its.addUnreadable('lead.decided.v1, partition 3, offset 4', 'it has no value');
    const { report } = await its.finish(async () => []);
    expect(report).toMatchObject({ discrepancies: 1, first: [{ leadId: null }] });
  });
});
