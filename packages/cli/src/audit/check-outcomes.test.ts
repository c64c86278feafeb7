import { DEAD_LETTER_HEADERS } from '@lead-router/contracts/headers.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { describe, expect, it } from 'vitest';
import { aLead, aLeadId } from '../../../../test/contract/router-store-fixture.ts';
import type { AuditCut } from './audit-cut.ts';
import { aCut, CONSUMED, type CutParts, type Decided, decide, ledgerOf, PARTITION } from './audit-fixture.test-support.ts';
import type { AuditLedger } from './audit-ledger.ts';
import { createOutcomeCheck, NO_TRACES, type OutcomeCheck, type Spot, type Traces } from './check-outcomes.ts';
import { checkPlaces } from './check-places.ts';
import { createDeadLetters, type DeadLetters } from './dead-letters.ts';

const INTAKE = 'lead.intake.acme.v1';
const submittedAt = (offset: number): Spot => ({ topic: TOPICS.submitted.topic, partition: PARTITION, offset });
const enrichedAt = (offset: number): Spot => ({ topic: TOPICS.enriched.topic, partition: PARTITION, offset });
const scoredAt = (offset: number): Spot => ({ topic: TOPICS.inbox.topic, partition: PARTITION, offset });
const intakeAt = (offset: number): Spot => ({ topic: INTAKE, partition: PARTITION, offset });

interface Room {
  readonly ledger: AuditLedger;
  readonly outcomes: OutcomeCheck;
  readonly deadLetters: DeadLetters;
  readonly cut: AuditCut;
}

const roomOf = (history: readonly Decided[] = [], parts: CutParts = {}): Room => {
  const ledger = ledgerOf(history);
  for (const entry of ledger.leads.values()) entry.isSubmitted = false;
  const cut = aCut({ intakeTopics: [INTAKE], ...parts });
  const deadLetters = createDeadLetters(ledger, ['gateway', 'enricher']);
  return { ledger, cut, deadLetters, outcomes: createOutcomeCheck(ledger, cut, deadLetters) };
};

const bury = ({ deadLetters }: Room, spot: Spot, key: string | null): void =>
  deadLetters.add(spot.topic === INTAKE ? 'gateway' : 'enricher', {
    key: key === null ? null : Buffer.from(key),
    headers: {
      [DEAD_LETTER_HEADERS.sourceTopic]: spot.topic,
      [DEAD_LETTER_HEADERS.sourcePartition]: Buffer.from(String(spot.partition)),
      [DEAD_LETTER_HEADERS.sourceOffset]: String(spot.offset),
    },
  });

const settle = ({ ledger, outcomes }: Room, traces: Traces = NO_TRACES) => {
  const result = outcomes.finish(traces);
  const { places, report } = checkPlaces(ledger, result.inFlightLeads);
  return { ...result, places, placeless: report.discrepancies, whats: result.report.first.map(({ what }) => what) };
};

describe('the check of outcomes', () => {
  it('finds nothing wrong with leads that are decided, or dead-lettered, or not yet read', () => {
    const decided = decide(aLead());
    const room = roomOf([decided]);
    const [dead, unread] = [aLeadId(), aLeadId()];
    bury(room, submittedAt(11), dead);
    room.outcomes.addSubmitted(decided.lead.leadId, submittedAt(10));
    room.outcomes.addSubmitted(decided.lead.leadId, submittedAt(12));
    room.outcomes.addSubmitted(dead, submittedAt(11));
    room.outcomes.addSubmitted(unread, submittedAt(CONSUMED));
    const { report, places, whats, placeless, inFlightLeads } = settle(room);
    expect([whats, placeless, room.outcomes.stragglers().size]).toEqual([[], 0, 0]);
    expect(report.counts).toEqual({ promises: 0, intakeRecords: 0, submittedRecords: 4, decided: 1, deadLettered: 1, inFlight: 1 });
    expect(places).toMatchObject({ assigned: 1, deadLettered: 1, inFlight: 1 });
    expect([...inFlightLeads]).toEqual([unread]);
  });

  it.each([
    ['the enricher', {}, /^lost: the enricher has passed lead\.submitted\.v1, partition 3, offset 10/],
    ['the scorer', { enriched: enrichedAt(20) }, /^lost: the scorer has passed lead\.enriched\.v1/],
    ['the router', { enriched: enrichedAt(20), scored: scoredAt(30) }, /^lost: the router has passed lead\.inbox\.v1/],
  ] as const)('finds a lead that %s lost', (_, spots: { enriched?: Spot; scored?: Spot }, words) => {
    const room = roomOf();
    const leadId = aLeadId();
    room.outcomes.addSubmitted(leadId, submittedAt(10));
    expect([...room.outcomes.stragglers()]).toEqual([leadId]);
    const traces = {
      enriched: new Map(spots.enriched ? [[leadId as string, spots.enriched]] : []),
      scored: new Map(spots.scored ? [[leadId as string, spots.scored]] : []),
    };
    const { whats, placeless, places } = settle(room, traces);
    expect(whats).toEqual([expect.stringMatching(words)]);
    expect([placeless, places.inFlight]).toEqual([1, 0]);
  });

  it('knows leads that wait for the scorer or the router', () => {
    const room = roomOf();
    const [forScorer, forRouter] = [aLeadId(), aLeadId()];
    room.outcomes.addSubmitted(forScorer, submittedAt(10));
    room.outcomes.addSubmitted(forRouter, submittedAt(11));
    const traces = {
      enriched: new Map<string, Spot>([
        [forScorer, enrichedAt(CONSUMED)],
        [forRouter, enrichedAt(20)],
      ]),
      scored: new Map<string, Spot>([[forRouter, scoredAt(CONSUMED + 5)]]),
    };
    const { whats, places } = settle(room, traces);
    expect([whats, places.inFlight]).toEqual([[], 2]);
  });

  it('finds a 202 whose lead is not in the log, decided or not', () => {
    const decided = decide(aLead());
    const room = roomOf([decided]);
    const promise = { vendor: 'acme', source: 'http' };
    room.ledger.addPromise({ ...promise, leadId: decided.lead.leadId });
    room.ledger.addPromise({ ...promise, leadId: aLeadId() });
    const { whats, placeless } = settle(room);
    expect(whats).toEqual([
      'was promised to its vendor, and is not in lead.submitted.v1',
      'was promised to its vendor, and there is no trace of it',
    ]);
    expect(placeless).toBe(1);
  });

  it('finds a lead that was decided and never submitted, unless it may have come after the cut or the log has expired', () => {
    const decided = decide(aLead());
    expect(settle(roomOf([decided])).whats).toEqual(['was decided, and nobody submitted it']);
    expect(settle(roomOf([decide(aLead(), { batchTo: CONSUMED + 1 })])).whats).toEqual([]);
    expect(settle(roomOf([decided], { low: { [TOPICS.submitted.topic]: 1 } })).whats).toEqual([]);
  });

  it('wants an outcome for a record under no lead id as well', () => {
    const room = roomOf();
    room.outcomes.addSubmitted(null, submittedAt(10));
    room.outcomes.addSubmitted(null, submittedAt(11));
    bury(room, submittedAt(11), null);
    expect(settle(room).whats).toEqual([expect.stringContaining('offset 10')]);
  });

  describe('of intake records', () => {
    it('is a submitted lead, a dead letter, or none yet', () => {
      const decided = decide(aLead());
      const room = roomOf([decided]);
      const midway = aLeadId();
      room.ledger.addPromise({ leadId: decided.lead.leadId, vendor: 'acme', source: INTAKE });
      // The gateway notes it before it produces it.
      room.ledger.addPromise({ leadId: midway, vendor: 'acme', source: INTAKE });
      bury(room, intakeAt(2), 'any key');
      room.outcomes.addSubmitted(decided.lead.leadId, submittedAt(10));
      room.outcomes.addIntake(decided.lead.leadId, intakeAt(1));
      room.outcomes.addIntake(null, intakeAt(2));
      room.outcomes.addIntake(midway, intakeAt(CONSUMED));
      expect(settle(room)).toMatchObject({
        whats: [],
        placeless: 0,
        inFlightIntake: 1,
        refusedAtIntake: 1,
        places: { assigned: 1, inFlight: 1 },
        report: { counts: { intakeRecords: 3, promises: 2 } },
      });
    });

    it('is missing where the gateway has passed it', () => {
      const room = roomOf();
      const [noted, unnoted] = [aLeadId(), aLeadId()];
      room.ledger.addPromise({ leadId: noted, vendor: 'acme', source: INTAKE });
      room.outcomes.addIntake(unnoted, intakeAt(1));
      room.outcomes.addIntake(null, intakeAt(2));
      room.outcomes.addIntake(noted, intakeAt(3));
      expect(settle(room).whats).toEqual([
        expect.stringContaining('was read by the gateway, and is neither submitted nor dead-lettered'),
        expect.stringContaining('makes no lead and is not dead-lettered'),
        expect.stringContaining('offset 3 was read by the gateway'),
        'was read from its intake topic, and there is no trace of it',
      ]);
    });
  });
});
