/** The latest state of each lead in Kafka is its row in Postgres, field by field, and versions only ever grew. */
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import type { AuditLedger, LeadEntry } from './audit-ledger.ts';
import { type CheckReport, MAX_LISTED } from './audit-report.ts';
import { differences, digestOf, type Fields, leadFields } from './compared-fields.ts';
import { createFindings } from './findings.ts';

export interface StateCheck {
  /** Every committed state below the cut, in the order of its partition. */
  add(state: LeadRecord): void;
  addUnreadable(place: string, why: string): void;
  /** After the last state. `readLead` gives the row of a lead whose state differs. */
  finish(readLead: (leadId: string) => Promise<LeadRecord | null>): Promise<StateOutcome>;
}

export interface StateOutcome {
  readonly report: CheckReport;
  /** Leads whose latest state lies behind the cut. */
  readonly inFlight: number;
  /** Of those, the ones whose latest change was no decision: only its partition says that it may still come. */
  readonly unattributed: number;
}

interface Mismatch {
  readonly leadId: string;
  readonly fields: Fields;
}

const PROVES = 'the latest lead.state.v1 of each lead equals its row in Postgres in every field, and its versions never go back';

/** @param isAtRest whether Postgres has nothing of an inbox partition that lies behind the cut */
export function createStateCheck(ledger: AuditLedger, isAtRest: (partition: number) => boolean): StateCheck {
  const findings = createFindings('states', PROVES, ['leads', 'states']);
  const mismatches: Mismatch[] = [];
  let mismatched = 0;

  const compare = (leadId: string, entry: LeadEntry, state: LeadRecord): void => {
    if (state.version > entry.version) {
      findings.add(leadId, () => `Kafka has version ${state.version}, Postgres only ${entry.version}`);
      return;
    }
    // An earlier version; the row tells of the latest only.
    if (state.version < entry.version) return;
    const fields = leadFields(state);
    if (digestOf(fields) === entry.digest) return;
    mismatched += 1;
    if (mismatches.length < MAX_LISTED) mismatches.push({ leadId, fields });
  };

  return {
    add: (state) => {
      const { leadId, version } = state;
      findings.count('states');
      const entry = ledger.leads.get(leadId);
      if (entry === undefined || entry.stage === null) {
        findings.add(leadId, () => `there is a state of version ${version}, and Postgres has no such lead`);
        return;
      }
      if (version <= entry.seenVersion) {
        findings.add(leadId, () => `version ${version} comes after version ${entry.seenVersion}`);
        return;
      }
      entry.seenVersion = version;
      compare(leadId, entry, state);
    },
    addUnreadable: (place, why) => findings.add(null, () => `the record at ${place} is no state: ${why}`),
    finish: async (readLead) => {
      let [inFlight, unattributed] = [0, 0];
      for (const [leadId, entry] of ledger.leads) {
        if (entry.stage === null) continue;
        findings.count('leads');
        if (entry.seenVersion >= entry.version) continue;
        if (mayStillCome(entry, isAtRest)) {
          inFlight += 1;
          if (entry.latest?.version !== entry.version) unattributed += 1;
        } else findings.add(leadId, () => `Postgres has version ${entry.version}, Kafka ${seenWords(entry)}`);
      }
      findings.addCounted(mismatched, await Promise.all(mismatches.map((one) => describe(one, readLead))));
      return { report: findings.report(), inFlight, unattributed };
    },
  };
}

/** The decision that wrote the row says so for certain; of another change only the partition is known. */
function mayStillCome({ latest, version }: LeadEntry, isAtRest: (partition: number) => boolean): boolean {
  if (latest === null) return false;
  if (latest.version === version) return !latest.isSettled;
  return latest.partition !== null && !isAtRest(latest.partition);
}

function seenWords({ seenVersion }: LeadEntry): string {
  return seenVersion === 0 ? 'has no state of it' : `only ${seenVersion}`;
}

async function describe({ leadId, fields }: Mismatch, readLead: (leadId: string) => Promise<LeadRecord | null>) {
  const row = await readLead(leadId);
  const detail = row === null ? 'the row is gone' : differences(leadFields(row), fields);
  return { leadId, what: `version ${String(fields.version)} differs: ${detail}` };
}
