/**
 * Each promise (a 202, an intake record, a record of `lead.submitted.v1`) has its one outcome: decided, dead-lettered, or not yet
 * read by the service whose turn it is.
 */
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { AuditCut } from './audit-cut.ts';
import { type AuditLedger, firstDecision, isLead, type LeadEntry } from './audit-ledger.ts';
import type { CheckReport } from './audit-report.ts';
import type { DeadLetters } from './dead-letters.ts';
import { createFindings } from './findings.ts';

export interface Spot {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** First places of undecided leads further down the pipeline. */
export interface Traces {
  readonly enriched: ReadonlyMap<string, Spot>;
  readonly scored: ReadonlyMap<string, Spot>;
}

export interface OutcomeCheck {
  /** A record of `lead.submitted.v1`; null for a key that is no lead id. */
  addSubmitted(leadId: string | null, spot: Spot): void;
  /** After the last submitted record and the last dead letter: leads that left the enricher's hands and have no outcome yet. */
  stragglers(): ReadonlySet<string>;
  /** A record of an intake topic; null for one that makes no lead. Also only after those. */
  addIntake(leadId: string | null, spot: Spot): void;
  finish(traces: Traces): OutcomeResult;
}

export interface OutcomeResult {
  readonly report: CheckReport;
  readonly inFlightLeads: ReadonlySet<string>;
  readonly inFlightIntake: number;
  readonly refusedAtIntake: number;
}

export const NO_TRACES: Traces = { enriched: new Map(), scored: new Map() };

const PROVES = 'each promise to a vendor, each intake record and each submitted lead is decided, dead-lettered, or not yet read';
const COUNTS = ['promises', 'intakeRecords', 'submittedRecords', 'decided', 'deadLettered', 'inFlight'] as const;

export function createOutcomeCheck(ledger: AuditLedger, cut: AuditCut, deadLetters: DeadLetters): OutcomeCheck {
  const findings = createFindings('outcomes', PROVES, COUNTS);
  /** By lead, the first record; records under no lead id stand by their place. */
  const undecided = new Map<string, Spot>();
  /** Leads of intake records that the gateway may be in the middle of. */
  const expected = new Set<string>();
  let [inFlightIntake, refusedAtIntake] = [0, 0];
  const isDead = ({ topic, partition, offset }: Spot): boolean => deadLetters.isDead(topic, partition, offset);
  const isConsumed = ({ topic, partition, offset }: Spot): boolean => offset < cut.consumed(topic, partition);
  const isDeadLead = (leadId: string, spot: Spot): boolean => {
    const entry = ledger.leads.get(leadId);
    if (entry !== undefined && isDead(spot)) entry.isDeadLettered = true;
    return entry?.isDeadLettered ?? isDead(spot);
  };
  const isExpected = (leadId: string, { isPromised, stage }: LeadEntry): boolean => expected.has(leadId) && !isPromised && stage === null;
  const open = (): readonly (readonly [string, Spot])[] => [...undecided].filter(([leadId, spot]) => !isDeadLead(leadId, spot));

  return {
    addSubmitted: (leadId, spot) => {
      findings.count('submittedRecords');
      if (leadId === null) {
        undecided.set(wordsOf(spot), spot);
        return;
      }
      const entry = ledger.entry(leadId);
      const isFirst = !entry.isSubmitted;
      entry.isSubmitted = true;
      if (isFirst && entry.stage === null) undecided.set(leadId, spot);
    },
    stragglers: () => new Set(open().flatMap(([leadId, spot]) => (isConsumed(spot) ? [leadId] : []))),
    addIntake: (leadId, spot) => {
      findings.count('intakeRecords');
      if (isDead(spot)) {
        refusedAtIntake += 1;
      } else if (!isConsumed(spot)) {
        inFlightIntake += 1;
        if (leadId !== null) expected.add(leadId);
      } else {
        const fault = intakeFault(leadId, ledger);
        if (fault !== null) findings.add(leadId, () => `the intake record at ${wordsOf(spot)} ${fault}`);
      }
    },
    finish: (traces) => {
      const inFlight = new Set<string>();
      for (const [leadId, spot] of open()) {
        const stuck = stuckAfter({ leadId, spot, traces, cut, isConsumed });
        if (stuck === null) inFlight.add(leadId);
        else findings.add(leadId, () => stuck);
      }
      for (const [leadId, entry] of ledger.leads) {
        const fault = faultOf(entry, cut);
        if (fault !== null && isExpected(leadId, entry)) inFlight.add(leadId);
        else if (fault !== null) findings.add(leadId, () => fault);
        if (entry.isPromised || entry.isFromIntake) findings.count('promises');
        if (entry.stage !== null) findings.count('decided');
        else if (entry.isDeadLettered && isLead(entry)) findings.count('deadLettered');
      }
      findings.count('inFlight', inFlight.size);
      return { report: findings.report(), inFlightLeads: inFlight, inFlightIntake, refusedAtIntake };
    },
  };
}

interface Undecided {
  readonly leadId: string;
  readonly spot: Spot;
  readonly traces: Traces;
  readonly cut: AuditCut;
  readonly isConsumed: (spot: Spot) => boolean;
}

/** null: a service has yet to read it. Else where it was lost. */
function stuckAfter({ leadId, spot, traces, cut, isConsumed }: Undecided): string | null {
  if (!isConsumed(spot)) return null;
  const enriched = traces.enriched.get(leadId);
  const scored = traces.scored.get(leadId);
  if (scored !== undefined)
    return isConsumed(scored) ? `lost: the router has passed ${wordsOf(scored)}, and it is neither decided nor dead-lettered` : null;
  if (enriched !== undefined) {
    return isConsumed(enriched)
      ? `lost: the scorer has passed ${wordsOf(enriched)}, and it is neither in the inbox nor dead-lettered`
      : null;
  }
  const expired = [TOPICS.enriched.topic, TOPICS.inbox.topic].some((topic) => cut.hasExpired(topic)) ? ' (later topics have expired)' : '';
  return `lost: the enricher has passed ${wordsOf(spot)}, and it is neither enriched nor dead-lettered${expired}`;
}

/** What is wrong with a lead before the pipeline. A row of a lead that was submitted after the cut is none. */
function faultOf({ isSubmitted, isPromised, isFromIntake, isDeadLettered, stage, latest }: LeadEntry, cut: AuditCut): string | null {
  if (isSubmitted) return null;
  const isExpired = cut.hasExpired(TOPICS.submitted.topic);
  if ((isPromised || isFromIntake) && stage === null && !isDeadLettered) {
    const expiry = isExpired ? ' (lead.submitted.v1 has expired in part)' : '';
    return `${isPromised ? 'was promised to its vendor' : 'was read from its intake topic'}, and there is no trace of it${expiry}`;
  }
  if (isExpired) return null;
  if (isPromised) return 'was promised to its vendor, and is not in lead.submitted.v1';
  return stage !== null && firstDecision(latest)?.isSettled === true ? 'was decided, and nobody submitted it' : null;
}

function intakeFault(leadId: string | null, ledger: AuditLedger): string | null {
  if (leadId === null) return 'makes no lead and is not dead-lettered';
  const entry = ledger.leads.get(leadId);
  const isKnown = entry !== undefined && (entry.isSubmitted || entry.isPromised || entry.stage !== null || entry.isDeadLettered);
  return isKnown ? null : 'was read by the gateway, and is neither submitted nor dead-lettered';
}

export function wordsOf({ topic, partition, offset }: Spot): string {
  return `${topic}, partition ${partition}, offset ${offset}`;
}
