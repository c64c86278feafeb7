/** What an audit says: plain data, for people, scripts and tests. */

/** Where a lead's latest revision is; each lead is in exactly one. */
export type Place = 'assigned' | 'offered' | 'linked' | 'waiting' | 'exception' | 'closed' | 'deadLettered' | 'inFlight';

export type CheckName = 'outcomes' | 'revisions' | 'events' | 'states' | 'books' | 'places';

export interface Discrepancy {
  readonly check: CheckName;
  /** null: it is not about one lead. */
  readonly leadId: string | null;
  /** Plain words, without personal data. */
  readonly what: string;
}

export interface CheckReport {
  readonly check: CheckName;
  /** What holds where there is no discrepancy. */
  readonly proves: string;
  /** What was gone through, by name. */
  readonly counts: Readonly<Record<string, number>>;
  readonly discrepancies: number;
  /** At most `MAX_LISTED` of them. */
  readonly first: readonly Discrepancy[];
}

/** Not settled below the cut: no fault while the system runs, and 0 of each at rest. */
export interface InFlight {
  /** Leads without an outcome that a service has not read yet. */
  readonly leads: number;
  /** Records of intake topics that the gateway has not read yet. */
  readonly intakeRecords: number;
  /** Decisions whose Kafka half lies behind the cut. */
  readonly decisions: number;
  /** Leads whose latest state lies behind the cut. */
  readonly states: number;
}

export interface CutPartition {
  readonly topic: string;
  readonly partition: number;
  /** First offset that still exists. */
  readonly from: number;
  /** The cut: offset after the last one looked at. */
  readonly to: number;
}

export interface AuditReport {
  /** No discrepancy. At rest `inFlight` has to be 0 as well. */
  readonly balances: boolean;
  readonly startedAt: number;
  readonly durationMs: number;
  /** Leads below the cut; the sum of `places` and of those that were lost. */
  readonly leads: number;
  readonly places: Readonly<Record<Place, number>>;
  /** The sum of `inFlightOf`: 0 at rest. */
  readonly inFlight: number;
  readonly inFlightOf: InFlight;
  /** Records of intake topics that became no lead, with a dead letter each. */
  readonly refusedAtIntake: number;
  /** Records in the dead-letter topics, by service. */
  readonly deadLetters: Readonly<Record<string, number>>;
  readonly checks: readonly CheckReport[];
  readonly discrepancies: number;
  /** What an audit cannot know, and why. */
  readonly notProved: readonly string[];
  readonly cut: readonly CutPartition[];
}

/** Discrepancies listed for each check; all are counted. */
export const MAX_LISTED = 20;
