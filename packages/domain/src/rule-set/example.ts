/** An example that a rule set carries: a lead, and what is to become of it. */
import type { Grade, Lead, Person } from '../lead.ts';
import type { RuleSetFault } from '../rule-set.ts';

/** A lead as it would come, and what has been done with it since. */
export interface ExampleLead {
  readonly lead: Lead;
  readonly person: Person | null;
  /** A person has qualified it. */
  readonly isQualified: boolean;
  readonly engaged: readonly { readonly what: string; readonly agoMs: number; readonly times: number }[];
}

/** Only what is named is looked at. */
export interface Expected {
  readonly rule?: string;
  readonly pool?: string;
  readonly destination?: string;
  readonly grade?: Grade;
  /** The step of `scoring.grades` that gave the grade, by its name. */
  readonly gradeReason?: string;
  readonly score?: { readonly min: number | null; readonly max: number | null };
  /** Facts by name, as text. */
  readonly facts: ReadonlyMap<string, string>;
}

export interface RuleSetExample {
  readonly name: string;
  /** Whose example it is. */
  readonly of: { readonly kind: 'RULE' | 'GRADE' | 'DOCUMENT'; readonly name: string };
  readonly given: ExampleLead;
  readonly expect: Expected;
  /** Where it stands; the message is empty. */
  readonly place: RuleSetFault;
}
