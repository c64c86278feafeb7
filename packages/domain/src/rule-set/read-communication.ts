/** The `communication` section: who of the owners is told by mail, at which address, and which leads are answered with which text. */
import { parseEmail } from '../enrichment/email-address.ts';
import type { Destination, Pool, Rule } from '../rule-set.ts';
import {
  type Communication,
  DEFAULT_ANSWER_WITHIN_MS,
  type LeadReply,
  type MailSender,
  NO_COMMUNICATION,
  type OwnerMail,
} from './communication.ts';
import { didYouMean } from './did-you-mean.ts';
import { booleanOf, fieldsOf, idOf, itemsOf, type Place, type RuleSetDocument, report, textOf } from './document.ts';
import { durationOf } from './duration.ts';
import { type MailTemplate, renderTemplate, templateOf } from './mail-template.ts';
import { uniqueNames } from './unique-names.ts';

export interface CommunicationParties {
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly pools: readonly Pool[];
  readonly rules: readonly Rule[];
}

const KEYS = ['from', 'replyTo', 'answerWithin', 'owners', 'agents', 'replies'];
const SENDER = /^\s*(?:"?([^"<>]*?)"?\s*<([^<>]+)>|([^<>]+))\s*$/;

export function readCommunication(document: RuleSetDocument, place: Place | null, parties: CommunicationParties): Communication {
  const fields = place === null ? null : fieldsOf(document, place, { optional: KEYS });
  if (place === null || fields === null) return NO_COMMUNICATION;
  const agents = readAgents(document, fields.get('agents'), parties.pools);
  const owners = readOwners(document, fields.get('owners'), { ...parties, agents });
  const replies = readReplies(document, fields.get('replies'), parties.rules);
  const from = readSender(document, fields.get('from'));
  if (fields.get('from') === null && owners.size + replies.size > 0)
    report(document, place, { message: '"from" is missing: who do these mails come from?' });
  return {
    from,
    replyTo: addressOf(document, fields.get('replyTo')),
    owners,
    agents,
    replies,
    answerWithinMs: durationOf(document, fields.get('answerWithin')) ?? DEFAULT_ANSWER_WITHIN_MS,
  };
}

function readAgents(document: RuleSetDocument, place: Place | null, pools: readonly Pool[]): ReadonlyMap<string, string> {
  const known = new Set(pools.flatMap((pool) => pool.agents.map(({ agentId }) => agentId)));
  const addresses = new Map<string, string>();
  const isNew = uniqueNames(document, { what: 'agent' });
  for (const item of itemsOf(document, place)) {
    const fields = fieldsOf(document, item, { required: ['id', 'email'] });
    const agentId = idOf(document, fields?.get('id') ?? null);
    const address = addressOf(document, fields?.get('email') ?? null);
    if (agentId === null || address === null) continue;
    if (!known.has(agentId)) report(document, item, { message: `no pool has an agent "${agentId}"${didYouMean(agentId, [...known])}` });
    isNew(agentId, item);
    addresses.set(agentId, address);
  }
  return addresses;
}

interface KnownOwners extends CommunicationParties {
  readonly agents: ReadonlyMap<string, string>;
}

function readOwners(document: RuleSetDocument, place: Place | null, known: KnownOwners): ReadonlyMap<string, OwnerMail> {
  const owners = new Map<string, OwnerMail>();
  const isNew = uniqueNames(document, { what: 'destination' });
  for (const item of itemsOf(document, place)) {
    const fields = fieldsOf(document, item, { required: ['destination'], optional: ['to', 'subject'] });
    const destinationId = textOf(document, fields?.get('destination') ?? null);
    if (fields === null || destinationId === null) continue;
    if (!known.destinations.has(destinationId))
      report(document, item, {
        message: `there is no destination "${destinationId}"${didYouMean(destinationId, [...known.destinations.keys()])}`,
      });
    isNew(destinationId, item);
    const to = readOwnerAddress(document, fields.get('to'));
    owners.set(destinationId, { destinationId, to, subject: templateOf(document, fields.get('subject')) });
    if (fields.get('to') === null) reportUnreachable(document, item, { ...known, destinationId });
  }
  return owners;
}

/** An address with a gap for the agent's id is tried with one. */
function readOwnerAddress(document: RuleSetDocument, place: Place | null): MailTemplate | null {
  const template = templateOf(document, place, ['agentId']);
  if (template === null || place === null) return null;
  const example = renderTemplate(template, { agentId: 'agent' });
  if (parseEmail(example) === null) report(document, place, { message: `"${example}" is not a mail address` });
  return template;
}

/** A mail that nobody gets would only be noticed when a lead goes cold. */
function reportUnreachable(document: RuleSetDocument, place: Place, known: KnownOwners & { readonly destinationId: string }): void {
  const pools = known.pools.filter((pool) => pool.destinationId === known.destinationId);
  const without = new Set(
    pools
      .flatMap((pool) => pool.agents.filter(({ active, agentId }) => active && !known.agents.has(agentId)))
      .map(({ agentId }) => agentId),
  );
  if (without.size === 0 && pools.length > 0) return;
  const who =
    without.size === 0
      ? 'it has no agents'
      : `no address is known of ${[...without].slice(0, 5).join(', ')}${without.size > 5 ? ', …' : ''}`;
  report(document, place, { message: `who is written to? ${who}: add them to "agents", or say "to"` });
}

function readReplies(document: RuleSetDocument, place: Place | null, rules: readonly Rule[]): ReadonlyMap<string, LeadReply> {
  const replies = new Map<string, LeadReply>();
  const isNew = uniqueNames(document, { what: 'reply' });
  for (const item of itemsOf(document, place)) {
    const reply = readReply(document, item, rules);
    if (reply === null) continue;
    isNew(reply.replyId, item);
    for (const ruleId of reply.ruleIds) {
      const other = replies.get(ruleId);
      if (other !== undefined)
        report(document, item, { message: `rule "${ruleId}" is answered by "${other.replyId}" already: a lead gets one reply` });
      replies.set(ruleId, reply);
    }
  }
  return replies;
}

function readReply(document: RuleSetDocument, place: Place, rules: readonly Rule[]): LeadReply | null {
  const fields = fieldsOf(document, place, { required: ['id', 'rules', 'subject', 'text'], optional: ['answersEnquiry'] });
  if (fields === null) return null;
  const replyId = idOf(document, fields.get('id'));
  const subject = templateOf(document, fields.get('subject'));
  const text = templateOf(document, fields.get('text'));
  const known = rules.map(({ ruleId }) => ruleId);
  const ruleIds = itemsOf(document, fields.get('rules')).flatMap((item) => {
    const ruleId = textOf(document, item);
    if (ruleId === null) return [];
    if (!known.includes(ruleId)) report(document, item, { message: `there is no rule "${ruleId}"${didYouMean(ruleId, known)}` });
    return [ruleId];
  });
  const answersEnquiry = booleanOf(document, fields.get('answersEnquiry')) ?? false;
  return replyId === null || subject === null || text === null ? null : { replyId, ruleIds, answersEnquiry, subject, text };
}

function readSender(document: RuleSetDocument, place: Place | null): MailSender | null {
  const text = textOf(document, place);
  if (text === null || place === null) return null;
  const match = SENDER.exec(text);
  const address = parseEmail(match?.[2] ?? match?.[3] ?? '')?.address;
  if (address !== undefined) return { name: match?.[1] ?? '', address };
  report(document, place, { message: `"${text}" is no sender: write sales@example.com, or Sales <sales@example.com>` });
  return null;
}

function addressOf(document: RuleSetDocument, place: Place | null): string | null {
  const text = textOf(document, place);
  if (text === null || place === null) return null;
  const address = parseEmail(text)?.address ?? null;
  if (address === null) report(document, place, { message: `"${text}" is not a mail address` });
  return address;
}
