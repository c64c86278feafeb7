import type { AuditedBooks } from '@lead-router/store/audit-books.ts';
import { describe, expect, it } from 'vitest';
import { aLead, aLeadId } from '../../../../test/contract/router-store-fixture.ts';
import { decide, ledgerOf, soundHistory } from './audit-fixture.test-support.ts';
import { checkBooks } from './check-books.ts';
import { checkPlaces } from './check-places.ts';
import { checkRevisions } from './check-revisions.ts';

const member = (agentId: string, open: number) => ({ agentId, credit: 0, open, daily: open, day: '2026-11-22', total: open });
const none = { total: 0, first: [] };

const SOUND: AuditedBooks = {
  pools: [{ poolId: 'field', open: 6, offered: 1, waiting: 2, members: [member('ann', 3), member('bob', 2)] }],
  destinations: [{ destinationId: 'sales', open: 6 }],
  worked: [
    { poolId: 'field', agentId: 'ann', destinationId: 'sales', leads: 3 },
    { poolId: 'field', agentId: 'bob', destinationId: 'sales', leads: 2 },
  ],
  offered: [{ poolId: 'field', agentId: null, destinationId: 'sales', leads: 1 }],
  waiting: [{ poolId: 'field', leads: 2 }],
  queueFaults: none,
  timerFaults: none,
  early: { activities: 2, leads: 1, oldestKeptAt: 1_000 },
  earlyFaults: none,
};
const [POOL] = SOUND.pools;
if (POOL === undefined) throw new Error('no pool');

const check = async (changes: Partial<AuditedBooks>, isCounted = true) => {
  const { report, uncounted } = await checkBooks({ ...SOUND, ...changes }, async () => isCounted);
  return { report, uncounted, whats: report.first.map(({ what }) => what) };
};

describe('the check of books', () => {
  it('finds nothing wrong where the counts are what the leads say', async () => {
    const { report } = await check({});
    expect(report).toMatchObject({
      discrepancies: 0,
      counts: { pools: 1, members: 2, destinations: 1, workedLeads: 5, offeredLeads: 1, waitingLeads: 2 },
    });
  });

  it('finds an activity that is kept for a lead that is there', async () => {
    const { leadId } = aLead();
    const { whats } = await check({ earlyFaults: { total: 1, first: [{ leadId, eventId: 'e-1' }] } });
    expect(whats).toEqual(['activity e-1 is kept until it comes, and it has come']);
  });

  it.each<readonly [string, Partial<AuditedBooks>, readonly string[]]>([
    ["a pool's open count", { pools: [{ ...POOL, open: 7 }] }, ['pool field counts open leads: 7, and there are 6']],
    ["a pool's offered count", { pools: [{ ...POOL, offered: 0 }] }, ['pool field counts offered leads: 0, and there are 1']],
    ["a pool's waiting count", { pools: [{ ...POOL, waiting: 1 }] }, ['pool field counts waiting leads: 1, and there are 2']],
    [
      "a member's count",
      { pools: [{ ...POOL, members: [member('ann', 4), member('bob', 2)] }] },
      ['ann of pool field counts open leads: 4, and there are 3'],
    ],
    [
      'a member without a line',
      { pools: [{ ...POOL, members: [member('ann', 3)] }] },
      ['bob of pool field counts open leads: 0, and there are 2'],
    ],
    [
      "a destination's count",
      { destinations: [{ destinationId: 'sales', open: 4 }] },
      ['destination sales counts open leads: 4, and there are 6'],
    ],
    [
      'leads in a pool without books',
      { waiting: [...SOUND.waiting, { poolId: 'ghost', leads: 1 }] },
      ['leads are in pool ghost, which has no books'],
    ],
  ])('finds %s that is wrong', async (_, changes, expected) => {
    expect((await check(changes)).whats).toEqual(expected);
  });

  it('does not blame a destination that was not counted all the time', async () => {
    const { whats, uncounted } = await check({ destinations: [{ destinationId: 'sales', open: 4 }] }, false);
    expect([whats, uncounted]).toEqual([[], ['sales']]);
  });

  it('finds leads without their place in the queue, places without their lead, and clocks without timers', async () => {
    const leadId = aLeadId();
    const { whats, report } = await check({
      queueFaults: {
        total: 2,
        first: [
          { leadId, waitsIn: 'field', queuedIn: null },
          { leadId, waitsIn: null, queuedIn: 'field' },
        ],
      },
      timerFaults: { total: 30, first: [{ leadId, clock: 'ACCEPT, generation 2', timer: null }] },
    });
    expect(whats).toEqual([
      'waits in pool field, and has no place in its queue',
      'has a place in the queue of pool field, and does not wait there',
      'its clock is ACCEPT, generation 2, its timer none',
    ]);
    expect(report.discrepancies).toBe(32);
  });
});

describe('the check of revisions', () => {
  it('says what is wrong with the numbers, and which batches are not recorded', () => {
    const unrecorded = decide(aLead(), { partition: null });
    const report = checkRevisions(ledgerOf([...soundHistory(), unrecorded]), {
      total: 2,
      first: [
        { leadId: aLeadId(), revision: 3, decided: 2, highest: 3 },
        { leadId: aLeadId(), revision: null, decided: 1, highest: 1 },
      ],
    });
    expect(report).toMatchObject({ discrepancies: 3, counts: { leads: 3, decisions: 4 } });
    expect(report.first.map(({ what }) => what)).toEqual([
      'the batch that decided revision 1 is not recorded: it cannot be explained',
      'is at revision 3, and has 2 decisions up to revision 3',
      'there are 1 decisions, and no such lead',
    ]);
  });
});

describe('the check of places', () => {
  it('counts each lead once, where its row says', () => {
    const stages = (['ASSIGNED', 'LINKED', 'WAITING', 'EXCEPTION', 'CLOSED', 'OFFERED'] as const).map((stage) => aLead({ stage }));
    const kinds = ['ASSIGNED', 'LINKED', 'QUEUED', 'EXCEPTION', 'ASSIGNED', 'OFFERED'] as const;
    const ledger = ledgerOf(
      stages.map((lead, index) => ({
        ...decide(lead, { kind: kinds[index] ?? 'ASSIGNED' }),
        lead: { ...lead, version: index === 4 ? 2 : 1 },
      })),
    );
    const { report, places } = checkPlaces(ledger, new Set());
    expect(places).toEqual({ assigned: 1, offered: 1, linked: 1, waiting: 1, exception: 1, closed: 1, deadLettered: 0, inFlight: 0 });
    expect(report).toMatchObject({ discrepancies: 0, counts: { leads: 6 } });
  });

  it('leaves out what is only named: by a dead letter, or by a decision made while the audit ran', () => {
    const ledger = ledgerOf([]);
    ledger.entry(aLeadId()).isDeadLettered = true;
    ledger.addDecision(decide(aLead()).row, false);
    expect(checkPlaces(ledger, new Set())).toMatchObject({ leads: 0, report: { discrepancies: 0 } });
  });

  it('finds a lead that is not where its decision put it', () => {
    const { report } = checkPlaces(ledgerOf([decide(aLead({ stage: 'WAITING' }))]), new Set());
    expect(report.first.map(({ what }) => what)).toEqual(['revision 1 was decided as ASSIGNED, and the lead is WAITING']);
  });
});
