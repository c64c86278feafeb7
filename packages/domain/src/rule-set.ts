/**
 * A compiled rule set: what the YAML of the business says, parsed, checked and ready to be asked.
 * Compiled once per version by `compile-rule-set.ts`; everything here is read-only.
 */
import type { Engagement, EngagementPolicy } from './engagement.ts';
import type { Facts } from './facts.ts';
import type { Enrichment, Grade, Lead, Person, Scoring } from './lead.ts';
import type { OfferPolicy } from './lead-offer.ts';
import type { Economics } from './margin/economics.ts';
import type { Communication } from './rule-set/communication.ts';
import type { RuleSetExample } from './rule-set/example.ts';
import type { RuleSetFinding } from './rule-set/lint/findings.ts';
import type { SkillWants } from './strategies/skills.ts';
import type { AgentStrategy, PoolStrategy } from './strategies/strategy-names.ts';

export type DestinationKind = 'SALES' | 'CALL_CENTER' | 'CUSTOMER_SERVICE' | 'PARTNER' | 'WEB' | 'NURTURE';

/** Half-open spans of the local week, in minutes since Monday 00:00, sorted, not overlapping. */
export interface WeeklyHours {
  /** IANA zone. */
  readonly zone: string;
  readonly spans: readonly { readonly fromMinute: number; readonly toMinute: number }[];
  /** Local calendar days on which nobody works, whatever the week says. */
  readonly holidays?: Holidays;
}

export interface Holidays {
  /** yyyy-mm-dd */
  readonly days: ReadonlySet<string>;
  /** mm-dd, every year. */
  readonly yearly: ReadonlySet<string>;
}

/** One promise of an owner. */
export interface ClockPolicy {
  readonly withinMs: number;
  /** In the pool's hours, or by the wall clock. */
  readonly time: 'BUSINESS' | 'WALL';
  /** When the owner is warned, in the same time; less than `withinMs`. null: not at all. */
  readonly warnAfterMs: number | null;
}

export interface SlaPolicy {
  /** Until the owner accepts; null for no clock. */
  readonly accept: ClockPolicy | null;
  /** Until a person has answered the lead; null for no clock. */
  readonly firstResponse: ClockPolicy | null;
  /** Most owners who may let a clock run out before the final decision makers get the lead; null: as many as there are. */
  readonly maxReassignments: number | null;
}

export interface Caps {
  /** Most leads open at once; null for no cap. */
  readonly open: number | null;
  /** Most leads a calendar day in the pool's zone; null for no cap. */
  readonly daily: number | null;
  /** Most leads an hour of the clock in the pool's zone; absent for no cap, and then nothing is counted. */
  readonly hourly?: number;
}

/** What becomes of a lead that only a cap keeps out of its pool: the agents', the pool's or the destination's. */
export type AtCap =
  /** It waits in the queue. */
  | 'WAIT'
  /** The pools of `overflowTo` are tried, which they also are while this one is closed; then it waits. */
  | 'OVERFLOW'
  /** As if the rule had not matched: the rules after it are asked. */
  | 'NEXT_RULE'
  /** The final decision makers get it. */
  | 'EXCEPTION';

export interface Agent {
  readonly agentId: string;
  readonly name: string;
  /** Share of the pool's leads relative to the other members; above 0. */
  readonly weight: number;
  readonly caps: Caps;
  /** null: whenever the pool is open. */
  readonly hours: WeeklyHours | null;
  readonly leave: readonly Leave[];
  readonly active: boolean;
  /** Level, 1 to 5, by `kind:value`, as `skillKey` writes it; absent for none. */
  readonly skills?: ReadonlyMap<string, number>;
  /** Factor on how well the agent fits; absent for 1. */
  readonly effectiveness?: number;
}

/** Half-open calendar days (yyyy-mm-dd in the agent's or pool's zone). */
export interface Leave {
  readonly from: string;
  readonly to: string;
  /** Another agent of the pool, who gets the leads meanwhile; absent: all the others do. */
  readonly cover?: string;
}

export interface Destination {
  readonly destinationId: string;
  readonly kind: DestinationKind;
  readonly name: string;
  readonly caps: Caps;
  readonly zone: string;
  /** What its pools have unless they say otherwise. */
  readonly defaults?: { readonly hours: WeeklyHours | null; readonly sla: SlaPolicy };
  /** What it brings and costs, for choices by margin; absent: not known. */
  readonly economics?: Economics;
  /** Where decisions for it are sent; null for none. The address may be `$NAME`: then that variable of the environment holds it. */
  readonly webhook: { readonly url: string; readonly secretEnv: string } | null;
}

/** Whose earlier owner comes first: nobody's, the person's, the account's, or the account's where the person has none who can take the lead. */
export type OwnerPolicy = 'NONE' | 'PERSON' | 'ACCOUNT' | 'PERSON_THEN_ACCOUNT';

export interface Pool {
  readonly poolId: string;
  readonly destinationId: string;
  /** Zone of daily caps. */
  readonly zone: string;
  /** null: around the clock. The destination's where the pool has none of its own. */
  readonly hours: WeeklyHours | null;
  readonly caps: Caps;
  readonly agents: readonly Agent[];
  /** Whose earlier owner in this pool comes first. */
  readonly owner: OwnerPolicy;
  readonly sla: SlaPolicy;
  /** Longest wait in the queue before the final decision makers get it; null for no limit. */
  readonly maxWaitMs: number | null;
  /** Pool tried when this one cannot take the lead now; null: the lead waits. */
  readonly overflowTo: string | null;
  /** Absent: OVERFLOW where there is somewhere to overflow to, else WAIT. */
  readonly atCap?: AtCap;
  /** How it finds one of its agents; absent: by weight. */
  readonly strategy?: AgentStrategy;
  /** Its leads are offered to several agents, the first to accept has it; absent: given to one. */
  readonly offer?: OfferPolicy;
  /** Skills that all its leads ask for. */
  readonly wants?: SkillWants;
  /** Waiting that makes up for one grade, milliseconds; absent: DEFAULT_AGEING_MS. */
  readonly ageingMs?: number;
}

export interface Rule {
  readonly ruleId: string;
  /** Plain words for people. */
  readonly description: string;
  /** CEL source; null for the last resort. */
  readonly when: string | null;
  /** The pool that takes its leads; of several the first, in whose queue they wait. */
  readonly to: string;
  /** Where several pools may take them. */
  readonly among?: {
    /** At least two, `to` first. */
    readonly pools: readonly string[];
    /** In which order they are tried. */
    readonly strategy: PoolStrategy;
  };
  /** Skills that its leads ask for, beside those that the pool wants. */
  readonly wants?: SkillWants;
}

export interface RuleMatch {
  readonly rule: Rule;
  /** Place in the order, from 0. */
  readonly index: number;
}

export interface RuleSet {
  /** Name of the document; the version number is given at publication. */
  readonly name: string;
  /** SHA-256 of the canonical source (YAML and tables), hex. */
  readonly digest: string;
  readonly rules: readonly Rule[];
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly pools: ReadonlyMap<string, Pool>;
  /** The mandatory last resort: the final decision makers. */
  readonly lastResortPool: string;
  /** A second lead of one person within this time of the first is linked. Milliseconds. */
  readonly linkWindowMs: number;
  /** Who is written to by mail. No decision depends on it. */
  readonly communication: Communication;

  /** What opens and clicks are worth, and how fast that fades. */
  readonly engagement: EngagementPolicy;

  /** First match wins, of the rules from place `from` on (0 if left out); the last resort always matches. */
  matchRule(facts: Facts, from?: number): RuleMatch;
  /** Every rule up to and including the match, with the reason it did or did not match: for explain. */
  traceRules(facts: Facts): readonly RuleTrace[];
  /** Total: any lead gives an enrichment. */
  enrich(lead: Lead, person: Person | null, hashIdentity: IdentityHasher): LeadFindings;
  /** `engagement` is left out of a lead that has just come. */
  score(lead: Lead, enrichment: Enrichment, options: { readonly isQualified: boolean; readonly engagement?: Engagement }): Scoring;
}

export interface LeadFindings {
  readonly enrichment: Enrichment;
  /** The person with what was found of it; only where that is news. */
  readonly person?: Person;
}

export interface RuleTrace {
  readonly ruleId: string;
  readonly matched: boolean;
  /** Plain words: which part was not met, with the value that was there. */
  readonly reason: string;
}

/** Keyed hash of a normalised identity (`email:a@b.c`, `phone:+1…`): HMAC-SHA-256, hex, first 32 characters. Pure for a given key. */
export type IdentityHasher = (normalised: string) => string;

/** A fault in a rule set document; all of them are reported at once. */
export interface RuleSetFault {
  /** Dotted path: `rules[3].when`. */
  readonly path: string;
  /** A table's CSV file as the document names it; null for the document itself. */
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** What is wrong, and what was probably meant; one line. */
  readonly message: string;
  /** The line of the source, to be shown with a caret under `column`; null where there is no line. */
  readonly excerpt: string | null;
  /** All that could stand there, where it is one of a few words. */
  readonly known?: readonly string[];
}

export type RuleSetResult =
  | {
      readonly ok: true;
      readonly ruleSet: RuleSet;
      /** Of its rules, its grades and the whole document. */
      readonly examples: readonly RuleSetExample[];
      /** What compiles and still is not what anybody meant, in the order of the document; hours and leave are looked at from `now` on. */
      readonly lint: (now: number) => readonly RuleSetFinding[];
    }
  | { readonly ok: false; readonly faults: readonly RuleSetFault[] };

export const GRADE_RANK: Readonly<Record<Grade, number>> = {
  HOT: 0,
  HIGH_POTENTIAL: 1,
  NEED_INFORMATION: 2,
  PARTNER_OPPORTUNITY: 3,
  LOW_POTENTIAL: 4,
  NEED_NURTURING: 5,
};

/** A lead of the next worse grade has its turn when it has waited a working day longer. */
export const DEFAULT_AGEING_MS = 8 * 3_600_000;
