/** Each lead is in exactly one place, and that place is the one its latest decision gave it. */
import type { DecisionKind, LeadStage } from '@lead-router/domain/routing-model.ts';
import { type AuditLedger, isLead, type LeadEntry } from './audit-ledger.ts';
import type { CheckReport, Place } from './audit-report.ts';
import { createFindings } from './findings.ts';

export interface PlacesOutcome {
  readonly report: CheckReport;
  readonly places: Readonly<Record<Place, number>>;
  /** All of them, the lost ones included. */
  readonly leads: number;
}

const PROVES = 'the latest revision of each lead is in exactly one place, the one it was decided to be in, or the lead is closed';

const PLACE_OF_STAGE: Readonly<Record<LeadStage, Place>> = {
  ASSIGNED: 'assigned',
  OFFERED: 'offered',
  LINKED: 'linked',
  WAITING: 'waiting',
  EXCEPTION: 'exception',
  CLOSED: 'closed',
};

const STAGE_OF_KIND: Readonly<Record<DecisionKind, LeadStage>> = {
  ASSIGNED: 'ASSIGNED',
  OFFERED: 'OFFERED',
  LINKED: 'LINKED',
  QUEUED: 'WAITING',
  EXCEPTION: 'EXCEPTION',
};

/** @param inFlight leads that a service has yet to read; an undecided lead that is not among them was lost */
export function checkPlaces(ledger: AuditLedger, inFlight: ReadonlySet<string>): PlacesOutcome {
  const findings = createFindings('places', PROVES, ['leads']);
  const places: Record<Place, number> = {
    assigned: 0,
    offered: 0,
    linked: 0,
    waiting: 0,
    exception: 0,
    closed: 0,
    deadLettered: 0,
    inFlight: 0,
  };
  let leads = 0;
  for (const [leadId, entry] of ledger.leads) {
    if (!isLead(entry)) continue;
    leads += 1;
    const place = placeOf(entry, inFlight.has(leadId));
    if (place === null) findings.add(leadId, () => 'is in no place: neither decided nor dead-lettered nor on its way');
    else places[place] += 1;
    const { latest, stage, version } = entry;
    // Rows and decisions are read one after the other; only of the same version is it known that they belong together.
    if (latest !== null && stage !== null && latest.version === version && stage !== STAGE_OF_KIND[latest.kind]) {
      findings.add(leadId, () => `revision ${latest.revision} was decided as ${latest.kind}, and the lead is ${stage}`);
    }
  }
  findings.count('leads', leads);
  return { report: findings.report(), places, leads };
}

function placeOf({ stage, isDeadLettered }: LeadEntry, isInFlight: boolean): Place | null {
  if (stage !== null) return PLACE_OF_STAGE[stage];
  if (isDeadLettered) return 'deadLettered';
  return isInFlight ? 'inFlight' : null;
}
