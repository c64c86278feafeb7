/**
 * Made from schemas/*.avsc by generate-types.ts: change a schema, run it again, never edit this file.
 * Times are milliseconds since the epoch; a union of records is an object with one property, the full name of the branch.
 */

/** What a CRM or another system publishes to activity.intake.<system>.v1. The lead is named by its id, or by vendor and reference. */
export interface ActivityIntake {
  /** The system's own id of the activity: sending it again is a repeat. */
  readonly activityId: string;
  /** Lead id; null when named by vendor and reference. */
  readonly leadId: string | null;
  /** Vendor of the lead. */
  readonly vendor: string | null;
  /** The vendor's own reference. */
  readonly vendorReference: string | null;
  /** What happened. */
  readonly activity: ActivityKind;
  /** When it happened. */
  readonly occurredAt: number;
  /** Agent who did it; null for a system. */
  readonly agentId: string | null;
  /** Reason code or short reason, without personal data. */
  readonly reason: string | null;
  /** A person answered, not an automatic reply; only that stops a clock. */
  readonly isHumanResponse: boolean;
  /** Decision that it is about, as in LeadDecided: of an older one it moves nothing. null: whichever is the latest. */
  readonly revision: number | null;
  /** New qualifying answers. */
  readonly answers: Qualification | null;
  /** Further facts; never personal data. */
  readonly attributes: Readonly<Record<string, string>>;
  /** New or corrected personal values, notes among them. */
  readonly person: Person | null;
}

/** What happened to a lead in the hands of people or of a system that works it. ENGAGED: the person opened, clicked, visited; its reason says what. */
export type ActivityKind = 'UNKNOWN' | 'ACCEPTED' | 'DECLINED' | 'CONTACTED' | 'ANSWERED' | 'QUALIFIED' | 'DISQUALIFIED' | 'RETURNED' | 'WON' | 'LOST' | 'ENGAGED' | 'NOTED' | 'UNDELIVERABLE';

/** What the person may decide about the purchase. */
export type Authority = 'UNKNOWN' | 'DECIDES' | 'RECOMMENDS' | 'RESEARCHES' | 'NONE';

/** The company, as the lead said it. */
export interface Company {
  /** Name, as given. */
  readonly name: string | null;
  /** Web address, as given. */
  readonly website: string | null;
  /** Industry, as given. */
  readonly industry: string | null;
  /** Number of employees. */
  readonly employeeCount: number | null;
  /** Yearly revenue in US dollars. */
  readonly annualRevenue: number | null;
}

/** What the person allowed, and the proof of it. */
export interface Consent {
  /** May be written to by mail; null when nothing is known. */
  readonly email: boolean | null;
  /** May be called; null when nothing is known. */
  readonly phone: boolean | null;
  /** How and where it was given: address and text version of a form, reference of a recording. */
  readonly proof: string | null;
  /** When it was given. */
  readonly givenAt: number | null;
}

/** Why a revision was opened. */
export type DecisionCause = 'UNKNOWN' | 'SUBMITTED' | 'QUALIFIED' | 'DECLINED' | 'RETURNED' | 'ACCEPT_OVERDUE' | 'CAPACITY_FREED' | 'POOL_OPENED' | 'WAITED_TOO_LONG' | 'REASSIGNED_BY_HAND' | 'RESPONSE_OVERDUE' | 'ANSWERED' | 'ENGAGED' | 'UNDELIVERABLE' | 'CLAIMED' | 'OFFER_EXPIRED';

/** What was decided: given to an owner, offered to several agents of whom the first to accept has it, linked to an open lead of the same person, put in a queue, given to a final decision maker. */
export type DecisionKind = 'UNKNOWN' | 'ASSIGNED' | 'LINKED' | 'QUEUED' | 'EXCEPTION' | 'OFFERED';

/** How somebody is told: the owner by webhook or mail, and by another mail when a promise is about to be broken; each of those whom a lead is offered to by a mail of their own; the lead itself by a reply. */
export type DeliveryChannel = 'UNKNOWN' | 'WEBHOOK' | 'EMAIL' | 'REPLY' | 'ACCEPT_WARNING' | 'RESPONSE_WARNING' | 'OFFER';

/** How one attempt ended: taken by the receiver, to be tried again, given up, or not sent because the assignment was no longer current. */
export type DeliveryOutcome = 'UNKNOWN' | 'DELIVERED' | 'RETRYING' | 'UNDELIVERABLE' | 'SUPERSEDED';

/** One attempt to tell a destination about a decision. */
export interface DeliveryReceipt {
  /** Ids and times. */
  readonly envelope: Envelope;
  /** One per assignment and channel; the idempotency key the receiver sees. */
  readonly deliveryId: string;
  /** Destination that is told. */
  readonly destinationId: string;
  /** How it is told. */
  readonly channel: DeliveryChannel;
  /** Decision it tells of. */
  readonly revision: number;
  /** Number of the attempt, from 1. */
  readonly attempt: number;
  /** How it ended. */
  readonly outcome: DeliveryOutcome;
  /** The receiver's status code: HTTP or SMTP; null without an answer. */
  readonly status: number | null;
  /** LR_ code of what went wrong; LR_NOTIFIER_OUTCOME_UNKNOWN when the sender died, so that the receiver may have taken it. */
  readonly errorCode: string | null;
  /** Milliseconds until the answer. */
  readonly durationMs: number;
  /** Owner it was meant for; null for a destination without agents, and for a reply to the lead. */
  readonly agentId: string | null;
}

/** One value that enrichment added. */
export interface EnrichedValue {
  /** Name of the field. */
  readonly field: string;
  /** What was found. */
  readonly value: string;
  /** Table, library or rule it came from. */
  readonly source: string;
  /** How sure, 0 to 1. */
  readonly confidence: number;
}

/** What was found out about a lead; nothing the lead said is overwritten. */
export interface Enrichment {
  /** Lower-case domain of the mail address; null without a valid one. */
  readonly emailDomain: string | null;
  /** The domain belongs to a free mail provider. */
  readonly emailIsFree: boolean;
  /** Country of the phone number, ISO 3166-1 alpha-2. */
  readonly phoneCountry: string | null;
  /** Registrable domain of the web address. */
  readonly webDomain: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly countryCode: string | null;
  /** ISO 3166-2 without the country. */
  readonly regionCode: string | null;
  /** Sales territory. */
  readonly territory: string | null;
  /** Level of government by the domain table, else by words of the name; null for none. */
  readonly government: GovernmentLevel | null;
  /** Matched account. */
  readonly accountId: string | null;
  /** Name of the matched account. */
  readonly accountName: string | null;
  /** Industry, normalised. */
  readonly industry: string | null;
  /** Topics found in comments, notes and need. */
  readonly topics: readonly string[];
  /** The mail address can be written to as far as its form tells. */
  readonly hasValidEmail: boolean;
  /** A phone number is possible and assigned. */
  readonly hasValidPhone: boolean;
  /** Each added value with source and confidence. */
  readonly values: readonly EnrichedValue[];
  /** The domain gives out addresses for minutes. */
  readonly emailIsDisposable: boolean;
  /** The mailbox is a function's (info, sales), not a person's. */
  readonly emailIsRole: boolean;
  /** null where the number does not tell, as in North America; else FIXED_LINE, MOBILE, TOLL_FREE, PREMIUM_RATE, SHARED_COST, VOIP, PERSONAL_NUMBER, PAGER, UAN or VOICEMAIL. */
  readonly phoneType: string | null;
  /** IANA time zone of the lead's place. */
  readonly timeZone: string | null;
  /** Title of the NAICS 2022 sector. */
  readonly sector: string | null;
  /** By employees: MICRO (0 to 9), SMALL (to 99), MEDIUM (to 999), LARGE (to 9,999), ENTERPRISE. */
  readonly sizeBand: string | null;
  /** A segment that the rule set declares, or FORTUNE_1000, GOVERNMENT, EDUCATION or SMALL_BUSINESS; null for none of them. */
  readonly segment: string | null;
  /** Language of what the person wrote, ISO 639-1; null unless the rule set asks for it. */
  readonly language: string | null;
  /** How sure the account is, 0 to 1; below 0.85 its name is only similar. */
  readonly accountConfidence: number | null;
  /** Ids of the rule set's products that the lead names, in its interests or texts. */
  readonly products: readonly string[];
  /** Keyed hashes (HMAC-SHA-256, hex, 32 characters) of mail address and E.164 phone. */
  readonly identities: readonly string[];
}

/** What every internal event carries. */
export interface Envelope {
  /** UUIDv5 of what the event is about: the same event has the same id however often it is sent. */
  readonly eventId: string;
  /** UUIDv5 of the vendor and its own reference; also the key of the record. */
  readonly leadId: string;
  /** When it happened in the world. */
  readonly occurredAt: number;
  /** When the service that wrote this record wrote it. */
  readonly recordedAt: number;
  /** The same for everything that one submission or command set off. */
  readonly correlationId: string;
}

/** Something the lead was sent: a brochure, a sample, a call. */
export interface Fulfilment {
  /** What it received. */
  readonly item: string;
  /** When it received it. */
  readonly receivedAt: number;
}

/** Level of a government body. A reader that does not know a newer level sees LOCAL, which no federal or state rule takes. */
export type GovernmentLevel = 'FEDERAL' | 'STATE' | 'LOCAL';

/** Name of what the score means. A reader that does not know a newer grade sees NEED_INFORMATION: somebody asks. */
export type Grade = 'HOT' | 'HIGH_POTENTIAL' | 'NEED_INFORMATION' | 'LOW_POTENTIAL' | 'PARTNER_OPPORTUNITY' | 'NEED_NURTURING';

/** One thing the router has to decide on. All that happens to a lead is in one log, so that it has one order. The body is the last field, so that the context it may end with is the end of the value. */
export interface InboxEvent {
  /** Ids and times. */
  readonly envelope: Envelope;
  /** What happened or is commanded. */
  readonly body: { readonly 'leadrouter.v1.LeadScored': LeadScored } | { readonly 'leadrouter.v1.LeadActivity': LeadActivity } | { readonly 'leadrouter.v1.TimerFired': TimerFired } | { readonly 'leadrouter.v1.RouteLead': RouteLead } | { readonly 'leadrouter.v1.ReassignLead': ReassignLead };
}

/** A lead as the vendor said it, without the person. */
export interface Lead {
  /** Name of the vendor that sold or sent it. */
  readonly vendor: string;
  /** The vendor's own reference. */
  readonly vendorReference: string;
  /** web, phone, event, partner and so on, as the vendor calls it. */
  readonly channel: string | null;
  /** Campaign that brought the lead. */
  readonly campaign: string | null;
  /** Marketing initiative the campaign belongs to. */
  readonly initiative: string | null;
  /** BCP 47 tag. */
  readonly language: string | null;
  /** When the person made contact with the vendor. */
  readonly createdAt: number | null;
  /** The company. */
  readonly company: Company;
  /** Where the lead is. */
  readonly location: Location;
  /** Qualifying answers. */
  readonly qualification: Qualification;
  /** What the lead was sent and when. */
  readonly fulfilments: readonly Fulfilment[];
  /** What the person allowed. */
  readonly consent: Consent;
  /** Free attributes of the vendor; never personal data. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** Somebody or something did something with a lead. */
export interface LeadActivity {
  /** What happened. */
  readonly activity: ActivityKind;
  /** Where it was recorded: name of a CRM, gateway, notifier. */
  readonly system: string;
  /** Agent who did it; null for a system. */
  readonly agentId: string | null;
  /** Reason code or short reason, without personal data. */
  readonly reason: string | null;
  /** A person answered, not an automatic reply; only that stops a clock. */
  readonly isHumanResponse: boolean;
  /** Decision that it is about, as in LeadDecided: of an older one it moves nothing. null: whichever is the latest. */
  readonly revision: number | null;
  /** New qualifying answers. */
  readonly answers: Qualification | null;
  /** Further facts; never personal data. */
  readonly attributes: Readonly<Record<string, string>>;
  /** New or corrected personal values, notes among them. */
  readonly person: Person | null;
  /** The personal values, encrypted. */
  readonly personSealed: Buffer | null;
}

/** A clock that ran out under an owner. */
export interface LeadBreach {
  /** Decision that had given the lead to this owner. */
  readonly revision: number;
  /** Agent who had it; null for a pool without agents. */
  readonly agentId: string | null;
  /** When the answer was due. */
  readonly dueAt: number;
  /** Which clock: ACCEPT or RESPONSE. */
  readonly clock: TimerKind;
}

/** All that is known of a lead. Always the last field of a record, with personal data last in it: so its bytes can be carried along, and read up to the person, without decoding the rest. */
export interface LeadContext {
  /** The lead as the vendor said it. */
  readonly lead: Lead;
  /** What was found out; null before enrichment. */
  readonly enrichment: Enrichment | null;
  /** Score and grade; null before scoring. */
  readonly scoring: Scoring | null;
  /** What was done with it since, oldest first; the latest few hundred. */
  readonly history: readonly LeadEvent[];
  /** The person in the clear; null when there is none, sealed or erased. */
  readonly person: Person | null;
  /** The person, encrypted; null when in the clear or absent. Unreadable once the key is destroyed. */
  readonly personSealed: Buffer | null;
}

/** One decision: one lead, one revision. */
export interface LeadDecided {
  /** Ids and times. */
  readonly envelope: Envelope;
  /** What was decided. */
  readonly kind: DecisionKind;
  /** Why it was decided now. */
  readonly cause: DecisionCause;
  /** Number of the decision, the submission is 1. */
  readonly revision: number;
  /** Version of the lead's state after it. */
  readonly version: number;
  /** Version of the rule set it was made with. */
  readonly ruleSetVersion: number;
  /** Rule that matched. */
  readonly ruleId: string | null;
  /** Pool that has it. */
  readonly poolId: string | null;
  /** Agent who owns it. */
  readonly agentId: string | null;
  /** Agent who owned it before. */
  readonly previousAgentId: string | null;
  /** Destination it goes to. */
  readonly destinationId: string | null;
  /** Lead of the same person that it is linked to. */
  readonly linkedTo: string | null;
  /** Grade at the decision. */
  readonly grade: Grade;
  /** Score at the decision. */
  readonly score: number;
  /** Until when the owner, or one of those whom it is offered to, has to accept; null for no clock. */
  readonly acceptBy: number | null;
  /** When the gateway accepted the lead. */
  readonly submittedAt: number;
  /** When it was decided. */
  readonly decidedAt: number;
  /** Decision batch that explains and replays it. */
  readonly batchId: string;
  /** Place of its input in that batch, from 0. */
  readonly batchIndex: number;
  /** Agents who are asked, and of whom the first to accept has it; empty where it is not offered. */
  readonly offeredTo: readonly string[];
  /** The lead. */
  readonly context: LeadContext;
}

/** A lead was enriched. */
export interface LeadEnriched {
  /** Ids and times. */
  readonly envelope: Envelope;
  /** When the gateway accepted the lead. */
  readonly submittedAt: number;
  /** Version of the rule set it was made with. */
  readonly ruleSetVersion: number;
  /** The lead. */
  readonly context: LeadContext;
}

/** One thing that was done with a lead: an activity as its history keeps it, without personal values. */
export interface LeadEvent {
  /** Id of the activity's event. */
  readonly eventId: string;
  /** What happened. */
  readonly activity: ActivityKind;
  /** When it happened. */
  readonly occurredAt: number;
  /** Where it was recorded. */
  readonly system: string;
  /** Agent who did it; null for a system. */
  readonly agentId: string | null;
  /** Reason code or short reason; for ENGAGED what the person did. */
  readonly reason: string | null;
  /** A person answered, not an automatic reply. */
  readonly isHumanResponse: boolean;
  /** Names of the fields that it brought: answers.budget, attributes.plan, person.phone. */
  readonly learned: readonly string[];
}

/** What a vendor publishes to lead.intake.<vendor>.v1. Only the reference is mandatory. */
export interface LeadIntake {
  /** The vendor's own reference: sending it again is a repeat, not another lead. */
  readonly vendorReference: string;
  /** web, phone, event, partner and so on, as the vendor calls it. */
  readonly channel: string | null;
  /** Campaign that brought the lead. */
  readonly campaign: string | null;
  /** Marketing initiative the campaign belongs to. */
  readonly initiative: string | null;
  /** BCP 47 tag. */
  readonly language: string | null;
  /** When the person made contact with the vendor. */
  readonly createdAt: number | null;
  /** The company. */
  readonly company: Company;
  /** Where the lead is. */
  readonly location: Location;
  /** Qualifying answers. */
  readonly qualification: Qualification;
  /** What the lead was sent and when. */
  readonly fulfilments: readonly Fulfilment[];
  /** What the person allowed. */
  readonly consent: Consent;
  /** Free attributes of the vendor; never personal data. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The person. */
  readonly person: Person | null;
}

/** A lead that is offered to several agents of its pool; the first to accept has it. */
export interface LeadOffer {
  /** Number of the round, from 1. */
  readonly round: number;
  /** Agents who may accept now, in the order of the pool's strategy. */
  readonly offeredTo: readonly string[];
  /** Agents who said no or could not be told, oldest first. */
  readonly declined: readonly string[];
  /** Agents who let an earlier round pass, oldest first; they may still accept. */
  readonly expired: readonly string[];
  /** When the round ends. */
  readonly expiresAt: number;
}

/** How a lead ended. */
export type LeadOutcome = 'UNKNOWN' | 'WON' | 'LOST' | 'DISQUALIFIED';

/** A lead was enriched and scored, and is ready for a decision. */
export interface LeadScored {
  /** When the gateway accepted the lead. */
  readonly submittedAt: number;
  /** Version of the rule set it was made with. */
  readonly ruleSetVersion: number;
  /** The lead. */
  readonly context: LeadContext;
}

/** A promise to answer a lead is about to be broken, was broken, or turned out kept after all. */
export interface LeadSla {
  /** Ids and times. */
  readonly envelope: Envelope;
  /** What became of the promise. */
  readonly kind: SlaKind;
  /** Decision the promise belongs to. */
  readonly revision: number;
  /** Version of the lead's state after it. */
  readonly version: number;
  /** Pool that has it. */
  readonly poolId: string | null;
  /** Agent who owns it. */
  readonly agentId: string | null;
  /** Destination. */
  readonly destinationId: string | null;
  /** When the answer was due. */
  readonly dueAt: number;
}

/** The door a lead came in by. */
export type LeadSource = 'UNKNOWN' | 'HTTP' | 'KAFKA' | 'IMPORT';

/** Where a lead is; each lead is in exactly one stage. */
export type LeadStage = 'UNKNOWN' | 'ASSIGNED' | 'LINKED' | 'WAITING' | 'EXCEPTION' | 'CLOSED' | 'OFFERED';

/** Where a lead stands: the latest version by key is the truth. */
export interface LeadState {
  /** Ids and times. */
  readonly envelope: Envelope;
  /** Raised by every change; never goes back for a lead. */
  readonly version: number;
  /** Raised by every decision. */
  readonly revision: number;
  /** Where it is. */
  readonly stage: LeadStage;
  /** Vendor that sent it. */
  readonly vendor: string;
  /** Grade. */
  readonly grade: Grade;
  /** Score. */
  readonly score: number;
  /** Pool that has it. */
  readonly poolId: string | null;
  /** Agent who owns it. */
  readonly agentId: string | null;
  /** Destination it went to. */
  readonly destinationId: string | null;
  /** Rule that matched. */
  readonly ruleId: string | null;
  /** Version of the rule set it was made with. */
  readonly ruleSetVersion: number;
  /** Lead of the same person that it is linked to. */
  readonly linkedTo: string | null;
  /** Keyed hashes of mail address and phone. */
  readonly identities: readonly string[];
  /** Agents who had it and lost it. */
  readonly formerAgents: readonly string[];
  /** A person has qualified it. */
  readonly isQualified: boolean;
  /** When the gateway accepted the lead. */
  readonly submittedAt: number;
  /** Time of the latest decision. */
  readonly decidedAt: number;
  /** When the owner accepted. */
  readonly acceptedAt: number | null;
  /** When a person first answered the lead. */
  readonly respondedAt: number | null;
  /** Since when it waits. */
  readonly waitingSince: number | null;
  /** Generation of the lead's clock. */
  readonly timerGeneration: number;
  /** The clock that is due first; null for none. */
  readonly timer: LeadTimer | null;
  /** The clocks that run behind it, earliest first. */
  readonly laterTimers: readonly LeadTimer[];
  /** Clocks that ran out and were not retracted, oldest first. */
  readonly breaches: readonly LeadBreach[];
  /** How it ended; null while it is open. */
  readonly outcome: LeadOutcome | null;
  /** Whom it is offered to; null unless the stage is OFFERED. */
  readonly offer: LeadOffer | null;
  /** The lead. */
  readonly context: LeadContext;
}

/** A lead was accepted from a vendor. envelope.occurredAt is when the gateway accepted it. */
export interface LeadSubmitted {
  /** Ids and times. */
  readonly envelope: Envelope;
  /** The door it came in by. */
  readonly source: LeadSource;
  /** The lead. */
  readonly context: LeadContext;
}

/** A running clock of a lead. */
export interface LeadTimer {
  /** What it is for. */
  readonly kind: TimerKind;
  /** When it fires. */
  readonly dueAt: number;
}

/** Where the lead is, without the street. */
export interface Location {
  /** ISO code or name, as given. */
  readonly country: string | null;
  /** State or province, as given. */
  readonly region: string | null;
  /** Postal code, as given. */
  readonly postalCode: string | null;
  /** City, as given. */
  readonly city: string | null;
}

/** Everything that points at a natural person, and nothing else does. */
export interface Person {
  /** Given name. */
  readonly firstName: string | null;
  /** Family name. */
  readonly lastName: string | null;
  /** Position in the company, as given. */
  readonly jobTitle: string | null;
  /** Mail address, as given. */
  readonly email: string | null;
  /** Telephone, as given. */
  readonly phone: string | null;
  /** Mobile telephone, as given. */
  readonly mobile: string | null;
  /** Fax number, as given. */
  readonly fax: string | null;
  /** Street and number. */
  readonly street: string | null;
  /** What the person wrote. */
  readonly comments: string | null;
  /** Notes from phone qualification and the like. */
  readonly notes: string | null;
  /** Whole name, as given, where it does not come in parts. */
  readonly fullName: string | null;
  /** What enrichment added; null where nothing was found, and in what comes from outside. */
  readonly found: PersonFindings | null;
}

/** What was found out about a person; stands beside what was said, and over nothing. */
export interface PersonFindings {
  /** The name in its parts; null where it came so already, or cannot be read. */
  readonly name: PersonName | null;
  /** The valid numbers, telephone before mobile. */
  readonly phones: readonly PersonPhone[];
}

/** A person's name, taken apart and in usual case. */
export interface PersonName {
  /** Dr., Prof. Dr., Ms. and the like; not the position in a company. */
  readonly title: string | null;
  /** Given name. */
  readonly given: string | null;
  /** Initials that follow the given name. */
  readonly middle: string | null;
  /** Family name, with what belongs to it: van der Berg. */
  readonly family: string | null;
  /** Jr., III, PhD and the like. */
  readonly suffix: string | null;
  /** Which of the fields it was read from, and how. */
  readonly source: string;
  /** How sure, 0 to 1. */
  readonly confidence: number;
}

/** A telephone number that can be dialled from anywhere. */
export interface PersonPhone {
  /** Where it was said: phone or mobile. */
  readonly field: string;
  /** E.164: + and up to 15 digits. */
  readonly number: string;
  /** ISO 3166-1 alpha-2; null for numbers of no country. */
  readonly region: string | null;
  /** As phoneType of Enrichment; null where the number does not tell, as in North America. */
  readonly type: string | null;
  /** How its country is known. */
  readonly source: string;
  /** How sure, 0 to 1. */
  readonly confidence: number;
}

/** Qualifying answers. */
export interface Qualification {
  /** Budget in US dollars. */
  readonly budget: number | null;
  /** What the person may decide. */
  readonly authority: Authority;
  /** What is needed, in the words of the vendor or the person. */
  readonly need: string | null;
  /** When the purchase is meant to happen. */
  readonly timeFrame: TimeFrame;
  /** Products asked about. */
  readonly productInterest: readonly string[];
}

/** Give a lead to somebody else, by hand. */
export interface ReassignLead {
  /** A pool, or an agent as pool/agent. */
  readonly to: string;
  /** Who says so: name of the operator account. */
  readonly by: string;
  /** Why, without personal data. */
  readonly reason: string;
}

/** Why a waiting lead is tried again. */
export type RouteCause = 'UNKNOWN' | 'CAPACITY_FREED' | 'POOL_OPENED';

/** Try a waiting lead again. */
export interface RouteLead {
  /** Pool it waits for. */
  readonly poolId: string;
  /** Why it may have a chance now. */
  readonly cause: RouteCause;
}

/** One line of the scorecard that counted. */
export interface ScoreReason {
  /** Name of the scorecard line. */
  readonly name: string;
  /** Points it gave; may be negative. */
  readonly points: number;
}

/** Score and grade of a lead, with their reasons. */
export interface Scoring {
  /** The sum of the reasons' points. */
  readonly score: number;
  /** What the score means. */
  readonly grade: Grade;
  /** Name of the threshold that gave the grade. */
  readonly gradeReason: string;
  /** The lines that counted. */
  readonly reasons: readonly ScoreReason[];
}

/** What became of a promise to answer a lead. */
export type SlaKind = 'UNKNOWN' | 'ACCEPT_BREACHED' | 'BREACH_RETRACTED' | 'ACCEPT_WARNED' | 'RESPONSE_WARNED' | 'RESPONSE_BREACHED' | 'ESCALATED';

/** When the person means to buy. */
export type TimeFrame = 'UNKNOWN' | 'WITHIN_3_MONTHS' | 'MONTHS_4_TO_6' | 'MONTHS_7_TO_12' | 'LATER' | 'NONE';

/** A timer is due. */
export interface TimerFired {
  /** What it is for. */
  readonly timer: TimerKind;
  /** Generation of the timer; one that is not the lead's or pool's current one is superseded. */
  readonly generation: number;
  /** Pool of a POOL_WAKE; null otherwise. */
  readonly poolId: string | null;
  /** When it was due. */
  readonly dueAt: number;
}

/** What a timer is for: the clock until somebody accepts or until a person has answered, each with a warning before it, the end of a round of an offer, the longest wait in a queue, the opening or cap reset of a pool. */
export type TimerKind = 'UNKNOWN' | 'ACCEPT' | 'WAIT_LIMIT' | 'POOL_WAKE' | 'ACCEPT_WARNING' | 'RESPONSE' | 'RESPONSE_WARNING' | 'OFFER';

/** InboxEvent up to its context. */
export type InboxEventPrefix = Omit<InboxEvent, 'body'> & {
  readonly body: { readonly 'leadrouter.v1.LeadScored': Omit<LeadScored, 'context'> } | { readonly 'leadrouter.v1.LeadActivity': LeadActivity } | { readonly 'leadrouter.v1.TimerFired': TimerFired } | { readonly 'leadrouter.v1.RouteLead': RouteLead } | { readonly 'leadrouter.v1.ReassignLead': ReassignLead };
};

/** LeadDecided up to its context. */
export type LeadDecidedPrefix = Omit<LeadDecided, 'context'>;

/** LeadEnriched up to its context. */
export type LeadEnrichedPrefix = Omit<LeadEnriched, 'context'>;

/** LeadScored up to its context. */
export type LeadScoredPrefix = Omit<LeadScored, 'context'>;

/** LeadState up to its context. */
export type LeadStatePrefix = Omit<LeadState, 'context'>;

/** LeadSubmitted up to its context. */
export type LeadSubmittedPrefix = Omit<LeadSubmitted, 'context'>;

/** Every record by its name. */
export interface RecordTypes {
  readonly ActivityIntake: ActivityIntake;
  readonly Company: Company;
  readonly Consent: Consent;
  readonly DeliveryReceipt: DeliveryReceipt;
  readonly EnrichedValue: EnrichedValue;
  readonly Enrichment: Enrichment;
  readonly Envelope: Envelope;
  readonly Fulfilment: Fulfilment;
  readonly InboxEvent: InboxEvent;
  readonly Lead: Lead;
  readonly LeadActivity: LeadActivity;
  readonly LeadBreach: LeadBreach;
  readonly LeadContext: LeadContext;
  readonly LeadDecided: LeadDecided;
  readonly LeadEnriched: LeadEnriched;
  readonly LeadEvent: LeadEvent;
  readonly LeadIntake: LeadIntake;
  readonly LeadOffer: LeadOffer;
  readonly LeadScored: LeadScored;
  readonly LeadSla: LeadSla;
  readonly LeadState: LeadState;
  readonly LeadSubmitted: LeadSubmitted;
  readonly LeadTimer: LeadTimer;
  readonly Location: Location;
  readonly Person: Person;
  readonly PersonFindings: PersonFindings;
  readonly PersonName: PersonName;
  readonly PersonPhone: PersonPhone;
  readonly Qualification: Qualification;
  readonly ReassignLead: ReassignLead;
  readonly RouteLead: RouteLead;
  readonly ScoreReason: ScoreReason;
  readonly Scoring: Scoring;
  readonly TimerFired: TimerFired;
}

/** What stands before the context, for every record that ends with one. */
export interface PrefixTypes {
  readonly InboxEvent: InboxEventPrefix;
  readonly LeadDecided: LeadDecidedPrefix;
  readonly LeadEnriched: LeadEnrichedPrefix;
  readonly LeadScored: LeadScoredPrefix;
  readonly LeadState: LeadStatePrefix;
  readonly LeadSubmitted: LeadSubmittedPrefix;
}
