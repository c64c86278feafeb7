/**
 * What a lead is, as the vendor said it: the shape shared by wire and domain.
 * Personal values live in `Person` and nowhere else, so that sealing or erasing them touches one field.
 * Missing means null (or an empty list); times are milliseconds since the epoch.
 */

type Brand<T, Name extends string> = T & { readonly __brand: Name };
/** UUIDv5 of the vendor and its own reference. */
export type LeadId = Brand<string, 'LeadId'>;
export type EventId = Brand<string, 'EventId'>;

/** Everything that points at a natural person. Never in logs, labels, dead-letter headers or decision batches. */
export interface Person {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly jobTitle: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly mobile: string | null;
  readonly fax: string | null;
  readonly street: string | null;
  /** What the person wrote. */
  readonly comments: string | null;
  /** Notes from phone qualification and the like. */
  readonly notes: string | null;
  /** The whole name, where it does not come in parts. */
  readonly fullName: string | null;
  /** Added by enrichment, and as personal as the rest; null where nothing was found. */
  readonly found: PersonFindings | null;
}

/** What was found out about a person; stands beside what was said, and over nothing. */
export interface PersonFindings {
  /** null where the name came so already, or cannot be read. */
  readonly name: PersonName | null;
  /** The valid numbers, telephone before mobile. */
  readonly phones: readonly PersonPhone[];
}

/** Taken apart and in usual case. */
export interface PersonName {
  /** Dr., Prof. Dr., Ms.; not the position in a company. */
  readonly title: string | null;
  readonly given: string | null;
  /** Initials that follow the given name. */
  readonly middle: string | null;
  /** With what belongs to it: van der Berg. */
  readonly family: string | null;
  /** Jr., III, PhD. */
  readonly suffix: string | null;
  readonly source: string;
  /** 0 to 1. */
  readonly confidence: number;
}

export interface PersonPhone {
  /** Where it was said: phone or mobile. */
  readonly field: string;
  /** E.164. */
  readonly number: string;
  /** ISO 3166-1 alpha-2; null for numbers of no country. */
  readonly region: string | null;
  /** As `phoneType` of the enrichment. */
  readonly type: string | null;
  readonly source: string;
  /** 0 to 1. */
  readonly confidence: number;
}

export interface Company {
  readonly name: string | null;
  readonly website: string | null;
  readonly industry: string | null;
  readonly employeeCount: number | null;
  /** Yearly, in US dollars. */
  readonly annualRevenue: number | null;
}

export interface Location {
  /** As given: ISO code or name. */
  readonly country: string | null;
  /** State, province. */
  readonly region: string | null;
  readonly postalCode: string | null;
  readonly city: string | null;
}

export type TimeFrame = 'UNKNOWN' | 'WITHIN_3_MONTHS' | 'MONTHS_4_TO_6' | 'MONTHS_7_TO_12' | 'LATER' | 'NONE';
export type Authority = 'UNKNOWN' | 'DECIDES' | 'RECOMMENDS' | 'RESEARCHES' | 'NONE';

/** Qualifying answers. */
export interface Qualification {
  /** In US dollars. */
  readonly budget: number | null;
  readonly authority: Authority;
  readonly need: string | null;
  readonly timeFrame: TimeFrame;
  readonly productInterest: readonly string[];
}

export interface Fulfilment {
  readonly item: string;
  readonly receivedAt: number;
}

export interface Consent {
  readonly email: boolean | null;
  readonly phone: boolean | null;
  /** How and where it was given: a form's address and text version, a recording's reference. */
  readonly proof: string | null;
  readonly givenAt: number | null;
}

export interface Lead {
  readonly vendor: string;
  readonly vendorReference: string;
  /** web, phone, event, partner, … as the vendor calls it. */
  readonly channel: string | null;
  readonly campaign: string | null;
  readonly initiative: string | null;
  /** BCP 47. */
  readonly language: string | null;
  /** When the person made contact with the vendor. */
  readonly createdAt: number | null;
  readonly company: Company;
  readonly location: Location;
  readonly qualification: Qualification;
  readonly fulfilments: readonly Fulfilment[];
  readonly consent: Consent;
  readonly attributes: Readonly<Record<string, string>>;
}

export type Grade = 'HOT' | 'HIGH_POTENTIAL' | 'NEED_INFORMATION' | 'LOW_POTENTIAL' | 'PARTNER_OPPORTUNITY' | 'NEED_NURTURING';

/** One value that enrichment added: what, where from, how sure. Nothing the lead said is overwritten. */
export interface EnrichedValue {
  readonly field: string;
  readonly value: string;
  /** The table, library or rule it came from. */
  readonly source: string;
  /** 0 to 1. */
  readonly confidence: number;
}

export interface Enrichment {
  /** Lower-case domain of the mail address; null without a valid one. */
  readonly emailDomain: string | null;
  readonly emailIsFree: boolean;
  /** Country of the phone number, ISO 3166-1 alpha-2. The E.164 number itself is personal: it stands with the person. */
  readonly phoneCountry: string | null;
  readonly webDomain: string | null;
  readonly countryCode: string | null;
  readonly regionCode: string | null;
  readonly territory: string | null;
  /** FEDERAL, STATE, LOCAL or null; from the domain table, else from words of the company's name. */
  readonly government: 'FEDERAL' | 'STATE' | 'LOCAL' | null;
  readonly accountId: string | null;
  readonly accountName: string | null;
  readonly industry: string | null;
  /** Topics found in comments, notes and need. */
  readonly topics: readonly string[];
  /** Ids of the rule set's products that the lead names, in its interests or texts. */
  readonly products: readonly string[];
  readonly hasValidEmail: boolean;
  readonly hasValidPhone: boolean;
  /** The domain gives out addresses for minutes. */
  readonly emailIsDisposable: boolean;
  /** The mailbox is a function's (info, sales), not a person's. */
  readonly emailIsRole: boolean;
  /** FIXED_LINE, MOBILE, TOLL_FREE, PREMIUM_RATE, VOIP, …, of the first valid number; null where it does not tell, as in North America. */
  readonly phoneType: string | null;
  /** IANA time zone of the lead's place. */
  readonly timeZone: string | null;
  /** Title of the NAICS 2022 sector. */
  readonly sector: string | null;
  /** MICRO, SMALL, MEDIUM, LARGE or ENTERPRISE, by employees. */
  readonly sizeBand: string | null;
  /** FORTUNE_1000, GOVERNMENT, EDUCATION or SMALL_BUSINESS; null for none of them. */
  readonly segment: string | null;
  /** Language of what the person wrote, ISO 639-1; null unless the rule set asks for it. */
  readonly language: string | null;
  /** How sure the account is, 0 to 1; below 0.85 its name is only similar. */
  readonly accountConfidence: number | null;
  readonly values: readonly EnrichedValue[];
  /** Keyed hashes (HMAC-SHA-256, hex, 32 characters) of mail address and E.164 phone: the person's identity without the person. */
  readonly identities: readonly string[];
}

export interface ScoreReason {
  /** Name of the scorecard line. */
  readonly name: string;
  readonly points: number;
}

export interface Scoring {
  /** The sum of the reasons' points. */
  readonly score: number;
  readonly grade: Grade;
  /** Why this grade: the name of the threshold. */
  readonly gradeReason: string;
  readonly reasons: readonly ScoreReason[];
}
