/** All that is known of a lead, in the order in which whoever has to call wants it: sections of labelled values, nothing empty. */
import type { LeadDecided, LeadEvent } from '@lead-router/contracts/generated/wire-types.ts';
import { causeWords } from '@lead-router/domain/cause-words.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import type { StoredDecision } from '@lead-router/store/lead-store.ts';
import type { EarlierLead } from '@lead-router/store/told-leads.ts';
import { nameRows, phoneRow } from './contact-rows.ts';
import { agentNameOf, destinationNameOf } from './template-values.ts';
import { asCount, asMoney, inTime, inWords, joined } from './words.ts';

/** Another lead of the person with what was done with it. */
export interface EarlierStory extends EarlierLead {
  readonly campaign: string | null;
  /** What the person said then; null when nothing is kept of it. */
  readonly comments: string | null;
  readonly history: readonly LeadEvent[];
}

export interface SheetSection {
  readonly title: string;
  /** Label and value; values may have several lines. */
  readonly rows: readonly (readonly [string, string])[];
}

export interface SheetFacts {
  readonly decided: LeadDecided;
  readonly ruleSet: RuleSet;
  /** Decisions of this lead before this one, by revision. */
  readonly decisions: readonly StoredDecision[];
  /** Other leads of the same person, the latest first. */
  readonly earlier: readonly EarlierStory[];
  /** Of the pool: times are told in it. */
  readonly zone: string;
}

type Row = readonly [label: string, value: string | number | null | undefined | false];

export function leadSheet(facts: SheetFacts): readonly SheetSection[] {
  const { decided, zone } = facts;
  const { lead, person, enrichment } = decided.context;
  const { company, location, qualification } = lead;
  const time = (at: number | null): string | null => (at === null ? null : inTime(at, zone));
  return [
    section('Contact', [
      ...nameRows(person),
      ['Job title', person?.jobTitle],
      phoneRow('Phone', 'phone', person),
      phoneRow('Mobile', 'mobile', person),
      ['E-mail', person?.email],
      ['Fax', person?.fax],
      ['Website', company.website],
      ['Address', joined([person?.street, location.city, joined([location.region, location.postalCode], ' '), location.country], ', ')],
      ['May be called', allowed(lead.consent.phone)],
      ['May be written to', allowed(lead.consent.email)],
      ['Consent', joined([lead.consent.proof, time(lead.consent.givenAt)], ', ')],
      ['Language', lead.language],
    ]),
    section('Company', [
      ['Company', company.name],
      ['Account', enrichment?.accountName],
      ['Industry', enrichment?.industry ?? company.industry],
      ['Government', enrichment?.government != null && inWords(enrichment.government)],
      ['Employees', company.employeeCount !== null && asCount(company.employeeCount)],
      ['Revenue', company.annualRevenue !== null && asMoney(company.annualRevenue)],
      ['Territory', enrichment?.territory],
    ]),
    section('Qualifying answers', [
      ['Time frame', qualification.timeFrame !== 'UNKNOWN' && inWords(qualification.timeFrame)],
      ['Authority', qualification.authority !== 'UNKNOWN' && inWords(qualification.authority)],
      ['Budget', qualification.budget !== null && asMoney(qualification.budget)],
      ['Need', qualification.need],
      ['Products', qualification.productInterest.join(', ')],
      ['Topics', (enrichment?.topics ?? []).map(inWords).join(', ')],
    ]),
    section('In their own words', [['Comments', person?.comments]]),
    section('Notes', [['Notes', person?.notes]]),
    section('Where it comes from', [
      ['Initiative', lead.initiative],
      ['Campaign', lead.campaign],
      ['Channel', lead.channel],
      ['Vendor', `${lead.vendor}, reference ${lead.vendorReference}`],
      ['First contact', time(lead.createdAt)],
      ['Received', time(decided.submittedAt)],
      ['Lead', decided.envelope.leadId],
      ...Object.entries(lead.attributes).map(([name, value]): Row => [inWords(name), value]),
    ]),
    section(
      'What it was sent',
      lead.fulfilments.map(({ item, receivedAt }): Row => [inTime(receivedAt, zone), item]),
    ),
    section('What happened before', historyRows(facts)),
    section(decided.kind === 'OFFERED' ? 'Why you are asked' : 'Why you have it', reasonRows(facts)),
  ].filter(({ rows }) => rows.length > 0);
}

function reasonRows({ decided, ruleSet }: SheetFacts): readonly Row[] {
  const { scoring } = decided.context;
  const rule = ruleSet.rules.find(({ ruleId }) => ruleId === decided.ruleId);
  return [
    ['Rule', rule?.description ?? decided.ruleId],
    ['Because', decided.cause !== 'UNKNOWN' && causeWords(decided.cause)],
    ['Destination', joined([destinationNameOf(decided, ruleSet), decided.poolId], ', ')],
    ['Grade', joined([inWords(decided.grade), scoring?.gradeReason], ': ')],
    [
      'Score',
      joined(
        [String(decided.score), scoring?.reasons.map(({ name, points }) => `${name} ${points > 0 ? '+' : ''}${points}`).join(', ')],
        ': ',
      ),
    ],
  ];
}

interface Moment {
  readonly at: number;
  readonly what: string;
}

function historyRows({ decided, ruleSet, decisions, earlier, zone }: SheetFacts): readonly Row[] {
  const moments: readonly Moment[] = [
    ...earlier.map((lead) => ({
      at: lead.submittedAt,
      what: isPartOf(decided, lead) ? againWords(lead) : earlierWords(lead, { zone, isLinkedTo: decided.linkedTo === lead.leadId }),
    })),
    ...decisions.map((decision) => {
      const who = decision.agentId === null ? 'nobody yet' : agentNameOf(decision, ruleSet);
      return { at: decision.decidedAt, what: `${inWords(decision.kind)}, ${who} (because ${causeWords(decision.cause)})` };
    }),
    ...decided.context.history.map((event) => ({ at: event.occurredAt, what: eventWords(event) })),
  ];
  return [...moments].sort((a, b) => a.at - b.at).map(({ at, what }): Row => [inTime(at, zone), what]);
}

function eventWords({ activity, agentId, system, reason }: LeadEvent): string {
  return `${inWords(activity)}, by ${agentId ?? system}${reason === null ? '' : ` (${inWords(reason).toLowerCase()})`}`;
}

/** The same person again while this lead was open: linked to it, and worked with it. */
export function isPartOf({ envelope }: LeadDecided, { linkedTo }: EarlierStory): boolean {
  return linkedTo === envelope.leadId;
}

function againWords({ vendor, campaign, comments, leadId }: EarlierStory): string {
  return [
    `The same person again, from ${vendor}${campaign === null ? '' : `, campaign ${campaign}`}, which belongs to this lead`,
    ...(comments === null ? [] : [`said: ${comments}`]),
    leadId,
  ].join('; ');
}

function earlierWords(lead: EarlierStory, { zone, isLinkedTo }: { readonly zone: string; readonly isLinkedTo: boolean }): string {
  const { agentId, destinationId, acceptedAt, respondedAt, isQualified, stage, outcome, vendor, leadId, campaign, history } = lead;
  const last = history.at(-1);
  return [
    `Another lead of this person, from ${vendor}${campaign === null ? '' : `, campaign ${campaign}`}${isLinkedTo ? ', which this one belongs to' : ''}: ${joined([agentId, destinationId], ' of ') ?? 'nobody had it'}`,
    acceptedAt === null ? 'not accepted' : `accepted ${inTime(acceptedAt, zone)}`,
    respondedAt === null ? 'no response' : `first response ${inTime(respondedAt, zone)}`,
    ...(isQualified ? ['qualified'] : []),
    ...(last === undefined ? [] : [`last: ${eventWords(last)}`]),
    stage === 'CLOSED' ? (outcome?.toLowerCase() ?? 'closed') : `still ${stage.toLowerCase()}`,
    leadId,
  ].join('; ');
}

function section(title: string, rows: readonly Row[]): SheetSection {
  return {
    title,
    rows: rows.flatMap(([label, value]) =>
      value === null || value === undefined || value === false || value === '' ? [] : [[label, String(value)] as const],
    ),
  };
}

/** What somebody may do decides whether they break the law: unknown is said, too. */
function allowed(consent: boolean | null): string {
  if (consent === null) return 'not known: ask before';
  return consent ? 'yes' : 'NO';
}
