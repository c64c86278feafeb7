/**
 * The reply to a lead: which one its rule has, whether it may be sent, and what it says. Nobody is written to without opt-in, but
 * for an answer to what they wrote themselves.
 */
import type { LeadContext, LeadDecided, LeadDecidedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { parseEmail } from '@lead-router/domain/enrichment/email-address.ts';
import type { LeadReply } from '@lead-router/domain/rule-set/communication.ts';
import { renderTemplate } from '@lead-router/domain/rule-set/mail-template.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import type { Mail } from './send-mail.ts';
import { templateValues } from './template-values.ts';

/** null: its rule has none. A linked lead came by no rule, and somebody is talking to that person already. */
export function replyFor({ ruleId, kind }: Pick<LeadDecidedPrefix, 'ruleId' | 'kind'>, { communication }: RuleSet): LeadReply | null {
  if (ruleId === null || kind === 'LINKED' || communication.from === null) return null;
  return communication.replies.get(ruleId) ?? null;
}

/** Mailboxes that answer by themselves, or that nobody reads: two robots would write to each other. */
const ROBOTS = /^(?:no-?reply|do-?not-?reply|mailer-daemon|postmaster|bounces?)(?:[+@.-]|$)/;

export function isReplyAllowed(reply: LeadReply | null, context: LeadContext): boolean {
  const address = recipientOf(context);
  if (reply === null || address === null || ROBOTS.test(address)) return false;
  return reply.answersEnquiry ? hasWritten(context) : context.lead.consent.email === true;
}

export function replyMail(decided: LeadDecided, ruleSet: RuleSet): Pick<Mail, 'to' | 'subject' | 'text' | 'html'> | null {
  const reply = replyFor(decided, ruleSet);
  const to = recipientOf(decided.context);
  if (reply === null || to === null || !isReplyAllowed(reply, decided.context)) return null;
  const values = templateValues(decided, ruleSet);
  return { to, subject: renderTemplate(reply.subject, values), text: renderTemplate(reply.text, values), html: null };
}

function recipientOf({ person }: LeadContext): string | null {
  return parseEmail(person?.email ?? '')?.address ?? null;
}

function hasWritten({ person, lead }: LeadContext): boolean {
  return [person?.comments, lead.qualification.need].some((text) => (text ?? '').trim() !== '');
}
