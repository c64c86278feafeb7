/**
 * What rules may look at: a flat, impersonal view of an enriched lead. It is what CEL sees as `lead`,
 * what decision batches keep, and all that a decision depends on; so a decision can be replayed without the person.
 * null is "unknown": a condition that needs an unknown value is not met.
 */
import type { Authority, Grade, TimeFrame } from './lead.ts';

export interface Facts {
  readonly vendor: string;
  readonly channel: string | null;
  readonly campaign: string | null;
  readonly initiative: string | null;
  /** As the lead says it, else as its text is written. */
  readonly language: string | null;
  readonly company: string | null;
  readonly industry: string | null;
  readonly employeeCount: number | null;
  readonly annualRevenue: number | null;
  readonly country: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  readonly city: string | null;
  readonly territory: string | null;
  readonly emailDomain: string | null;
  readonly emailIsFree: boolean;
  readonly hasValidEmail: boolean;
  readonly hasValidPhone: boolean;
  readonly webDomain: string | null;
  readonly government: string | null;
  readonly accountId: string | null;
  /** 0 to 1; null without an account. */
  readonly accountConfidence: number | null;
  readonly emailIsDisposable: boolean;
  readonly emailIsRole: boolean;
  readonly phoneCountry: string | null;
  readonly phoneType: string | null;
  readonly timeZone: string | null;
  readonly sector: string | null;
  readonly sizeBand: string | null;
  readonly segment: string | null;
  readonly budget: number | null;
  readonly authority: Authority;
  readonly timeFrame: TimeFrame;
  readonly productInterest: readonly string[];
  readonly topics: readonly string[];
  /** Ids of the rule set's products that the lead names. */
  readonly products: readonly string[];
  readonly consentEmail: boolean | null;
  readonly consentPhone: boolean | null;
  readonly attributes: Readonly<Record<string, string>>;
  readonly score: number;
  readonly grade: Grade;
  /** Points of what the person did of late (opens, clicks, visits), faded with time; 0 for none. */
  readonly engagementScore: number;
  /** Times that the person engaged since the lead came. */
  readonly engagementCount: number;
  /** A person has qualified the lead (activity `QUALIFIED`). */
  readonly isQualified: boolean;
}
