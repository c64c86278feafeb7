/** The mail to a lead's owner, or to those whom it is offered to: what to do by when, links to answer by, and the lead's whole context, as text and as HTML. */

import type { AnswerAction } from '@lead-router/contracts/answer-token.ts';
import type { LeadDecided } from '@lead-router/contracts/generated/wire-types.ts';
import type { Communication } from '@lead-router/domain/rule-set/communication.ts';
import { renderTemplate } from '@lead-router/domain/rule-set/mail-template.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { escapeHtml } from '@lead-router/service-kit/escape-html.ts';
import { isPartOf, leadSheet, type SheetFacts, type SheetSection } from './lead-sheet.ts';
import type { Mail } from './send-mail.ts';
import { destinationNameOf, templateValues } from './template-values.ts';
import { inTime, inWords } from './words.ts';

export interface AnswerLink {
  readonly action: AnswerAction;
  readonly url: string;
}

const LINK_WORDS: Readonly<Record<AnswerAction, string>> = {
  ACCEPTED: 'Accept',
  DECLINED: 'Decline',
  CONTACTED: 'I have talked to them',
  QUALIFIED: 'Qualified',
  DISQUALIFIED: 'Disqualified',
};

/** null: no address is known. The agent's own comes first. */
export function ownerAddress(
  { destinationId, agentId }: Pick<LeadDecided, 'destinationId' | 'agentId'>,
  communication: Communication,
): string | null {
  const own = agentId === null ? undefined : communication.agents.get(agentId);
  const template = communication.owners.get(destinationId ?? '')?.to ?? null;
  if (own !== undefined || template === null) return own ?? null;
  const needsAgent = template.some((part) => typeof part !== 'string');
  return needsAgent && agentId === null ? null : renderTemplate(template, { agentId });
}

export function ownerMail(facts: SheetFacts, links: readonly AnswerLink[]): Pick<Mail, 'subject' | 'text' | 'html'> {
  return mailOf({ subject: subjectOf(facts), opening: openingOf(facts), sheet: leadSheet(facts), links });
}

/** What is about to be broken, in the words of whoever still can keep it. */
export interface Warning {
  readonly promise: 'ACCEPT' | 'RESPONSE';
  readonly dueAt: number;
}

export function warningMail(facts: SheetFacts, warning: Warning, links: readonly AnswerLink[]): Pick<Mail, 'subject' | 'text' | 'html'> {
  const by = inTime(warning.dueAt, facts.zone);
  const opening =
    warning.promise === 'ACCEPT'
      ? [`This lead is yours, and nobody has accepted it. Accept it by ${by}, or it goes to somebody else.`]
      : [`No person has answered this lead yet. The first response is due by ${by}; after that it goes to somebody else.`];
  return mailOf({ subject: `Due ${by}: ${subjectOf(facts)}`, opening, sheet: leadSheet(facts), links });
}

function mailOf({ subject, ...content }: Content & Pick<Mail, 'subject'>): Pick<Mail, 'subject' | 'text' | 'html'> {
  return { subject, text: asText(content), html: asHtml(content) };
}

function subjectOf({ decided, ruleSet }: SheetFacts): string {
  const values = templateValues(decided, ruleSet);
  const subject = ruleSet.communication.owners.get(decided.destinationId ?? '')?.subject ?? null;
  if (subject !== null) return renderTemplate(subject, values);
  const company = decided.context.lead.company.name ?? decided.context.enrichment?.accountName ?? 'a lead';
  return `${decided.kind === 'OFFERED' ? 'Offered, ' : ''}${inWords(decided.grade)}: ${company}, for ${destinationNameOf(decided, ruleSet) ?? 'you'}`;
}

function openingOf(facts: SheetFacts): readonly string[] {
  const { decided, zone } = facts;
  if (decided.kind === 'OFFERED') return offerWords(facts);
  return [
    kindWords(decided, facts.ruleSet),
    ...untoldWords(facts),
    ...(decided.acceptBy === null ? [] : [`Accept it by ${inTime(decided.acceptBy, zone)}, or it goes to somebody else.`]),
  ];
}

/** Leads that were linked to this one before it was the owner's: their own mails went to nobody, or to another. */
function untoldWords({ decided, earlier }: SheetFacts): readonly string[] {
  const untold = earlier.filter((lead) => isPartOf(decided, lead) && lead.agentId !== decided.agentId);
  if (untold.length === 0) return [];
  const ids = untold.map(({ leadId }) => leadId).join(', ');
  return [`The same person has written again meanwhile, see below: ${ids} ${untold.length === 1 ? 'belongs' : 'belong'} to this lead.`];
}

function offerWords({ decided: { offeredTo, acceptBy }, zone }: SheetFacts): readonly string[] {
  const others = offeredTo.length - 1;
  const whom = others === 0 ? '' : ` and ${others} ${others === 1 ? 'other' : 'others'}`;
  const until = acceptBy === null ? '' : `, until ${inTime(acceptBy, zone)}`;
  const isFirst = others === 0 ? 'It is yours once you accept it.' : 'The first to accept has it.';
  return [`This lead is offered to you${whom}${until}. ${isFirst}`];
}

function kindWords({ kind, cause, linkedTo }: LeadDecided, { rules }: RuleSet): string {
  if (cause === 'CLAIMED') return 'This lead is yours: you were the first to accept it.';
  switch (kind) {
    case 'LINKED':
      return `This belongs to a lead that you have already (${linkedTo}): the same person has written again.`;
    case 'EXCEPTION':
      return `Nobody else can take this lead: it needs your decision (${rules.at(-1)?.description ?? 'last resort'}).`;
    default:
      return 'This lead is yours.';
  }
}

interface Content {
  readonly opening: readonly string[];
  readonly sheet: readonly SheetSection[];
  readonly links: readonly AnswerLink[];
}

function asText({ opening, sheet, links }: Content): string {
  const answers = links.map(({ action, url }) => `${LINK_WORDS[action]}: ${url}`);
  const sections = sheet.map(({ title, rows }) =>
    [title.toUpperCase(), ...rows.map(([label, value]) => `  ${label}: ${value.replaceAll('\n', '\n    ')}`)].join('\n'),
  );
  return `${[opening.join('\n'), ...(answers.length === 0 ? [] : [answers.join('\n')]), ...sections].join('\n\n')}\n`;
}

const CELL = 'padding:2px 12px 2px 0;vertical-align:top;overflow-wrap:anywhere';
/** The same in every section, so that the values stand below each other. */
const LABEL = `${CELL};width:8.5em;text-align:left;font-weight:normal;color:#555`;
const BUTTON =
  'display:inline-block;margin:0 8px 8px 0;padding:8px 14px;border-radius:4px;background:#1f4e79;color:#fff;text-decoration:none';

function asHtml({ opening, sheet, links }: Content): string {
  const buttons = links
    .map(({ action, url }) => `<a href="${escapeHtml(url)}" style="${BUTTON}">${escapeHtml(LINK_WORDS[action])}</a>`)
    .join('');
  const tables = sheet.map(({ title, rows }) => {
    const lines = rows.map(
      ([label, value]) =>
        `<tr><th style="${LABEL}">${escapeHtml(label)}</th><td style="${CELL};white-space:pre-wrap">${escapeHtml(value)}</td></tr>`,
    );
    return `<h3 style="margin:16px 0 4px">${escapeHtml(title)}</h3><table style="border-collapse:collapse;font-size:14px">${lines.join('')}</table>`;
  });
  const paragraphs = opening.map((line) => `<p>${escapeHtml(line)}</p>`).join('');
  return `<!doctype html><html><body style="font-family:sans-serif;font-size:14px">${paragraphs}<p>${buttons}</p>${tables.join('')}</body></html>`;
}
