/** The kinds of mail from rows of `deliveries`: to the owner, to those whom it is offered to, as a warning to the owner, and to the lead itself. Written when sent, by the rules of that moment. */
import { ANSWER_ACTIONS, ANSWER_PATH, type AnswerAction, signAnswer } from '@lead-router/contracts/answer-token.ts';
import type { Codec } from '@lead-router/contracts/codec.ts';
import type { LeadContext, LeadDecided, LeadSla } from '@lead-router/contracts/generated/wire-types.ts';
import { asLeadId } from '@lead-router/contracts/ids.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import type { LeasedDelivery } from '@lead-router/store/delivery-store.ts';
import type { StoredDecision } from '@lead-router/store/lead-store.ts';
import { messageIdOf } from './delivery-id.ts';
import { replyMail } from './lead-reply.ts';
import type { EarlierStory, SheetFacts } from './lead-sheet.ts';
import { type AnswerLink, ownerAddress, ownerMail, warningMail } from './owner-mail.ts';
import type { SendAnswer } from './send-deliveries.ts';
import type { Mail, MailServer } from './send-mail.ts';

export interface MailOptions {
  /** null: no server is set. */
  readonly server: MailServer | null;
  readonly decided: Pick<Codec<LeadDecided>, 'prepare' | 'decode'>;
  readonly sla: Pick<Codec<LeadSla>, 'prepare' | 'decode'>;
  readonly ruleSet: () => RuleSet;
  /** As it is now; null when nothing is kept of it. */
  readonly readContext: (delivery: LeasedDelivery) => Promise<LeadContext | null>;
  readonly readDecisions: (delivery: LeasedDelivery) => Promise<readonly StoredDecision[]>;
  readonly readEarlierLeads: (delivery: LeasedDelivery, identities: readonly string[]) => Promise<readonly EarlierStory[]>;
  /** null: mails have no links to answer by. */
  readonly links: LinkOptions | null;
  /** Right side of every Message-ID. */
  readonly domain: string;
}

export interface LinkOptions {
  /** Where people reach the gateway, without a slash at the end. */
  readonly baseUrl: string;
  readonly key: string;
}

type MailContent = Pick<Mail, 'subject' | 'text' | 'html'>;

/** Also of an offer, to one of those who are asked. Rejects when Postgres or the registry do not answer: nothing has been sent then. */
export async function sendOwnerMail(options: MailOptions, delivery: LeasedDelivery): Promise<SendAnswer> {
  return whyNot(options, delivery) ?? sendToOwner(options, delivery, { decided: await decode(options, delivery), write: ownerMail });
}

/** As above. */
export async function sendWarning(options: MailOptions, delivery: LeasedDelivery): Promise<SendAnswer> {
  const refusal = whyNot(options, delivery);
  if (refusal !== null) return refusal;
  await options.sla.prepare([delivery.payload]);
  const { dueAt } = options.sla.decode(delivery.payload);
  const [context, decisions] = await Promise.all([options.readContext(delivery), options.readDecisions(delivery)]);
  const decision = decisions.find(({ revision }) => revision === delivery.revision);
  if (context === null || decision === undefined)
    return { kind: 'REFUSED', code: 'LR_NOTIFIER_NO_LEAD', status: null, detail: 'nothing is kept of this lead any more' };
  const promise = delivery.channel === 'accept-warning' ? 'ACCEPT' : 'RESPONSE';
  return sendToOwner(options, delivery, {
    decided: asDecided(decision, context),
    write: (facts, links) => warningMail(facts, { promise, dueAt }, links),
  });
}

function whyNot({ ruleSet, server }: MailOptions, { destinationId }: LeasedDelivery): SendAnswer | null {
  const { from, owners } = ruleSet().communication;
  if (from === null || !owners.has(destinationId)) return refused('the rules no longer tell this destination by mail');
  return server === null ? noServer() : null;
}

interface OwnerMail {
  readonly decided: LeadDecided;
  readonly write: (facts: SheetFacts, links: readonly AnswerLink[]) => MailContent;
}

async function sendToOwner(options: MailOptions, delivery: LeasedDelivery, { decided, write }: OwnerMail): Promise<SendAnswer> {
  const { server, domain } = options;
  const ruleSet = options.ruleSet();
  const { from, replyTo } = ruleSet.communication;
  if (from === null || server === null) return noServer();
  const to = ownerAddress({ ...decided, agentId: delivery.agentId }, ruleSet.communication);
  if (to === null)
    return {
      kind: 'REFUSED',
      code: 'LR_NOTIFIER_NO_ADDRESS',
      status: null,
      detail: 'neither the agent nor the destination has an address',
    };
  const [decisions, earlier] = await Promise.all([
    options.readDecisions(delivery),
    options.readEarlierLeads(delivery, decided.context.enrichment?.identities ?? []),
  ]);
  const zone = ruleSet.pools.get(decided.poolId ?? '')?.zone ?? 'UTC';
  const content = write(
    { decided, ruleSet, decisions: decisions.filter(({ revision }) => revision < decided.revision), earlier, zone },
    linksOf(options, decided, delivery.agentId),
  );
  return server.send({
    ...{ ...content, from, replyTo, to, isReply: false },
    messageId: messageIdOf(delivery, domain),
    thread: `<${delivery.leadId}@${domain}>`,
  });
}

/** A decision of the past with the lead as it is known now; whom it was offered to is not kept. */
function asDecided({ leadId, eventId, inputIndex, ...decision }: StoredDecision, context: LeadContext): LeadDecided {
  const { decidedAt } = decision;
  const envelope = toEnvelope({ eventId, leadId, occurredAt: decidedAt, recordedAt: decidedAt });
  return { ...decision, envelope, batchIndex: inputIndex, offeredTo: [], context };
}

/** As above. */
export async function sendLeadReply(options: MailOptions, delivery: LeasedDelivery): Promise<SendAnswer> {
  const { server, domain } = options;
  const ruleSet = options.ruleSet();
  const { from, replyTo } = ruleSet.communication;
  if (server === null) return noServer();
  const content = from === null ? null : replyMail(await decode(options, delivery), ruleSet);
  if (from === null || content === null) return refused('the rules no longer answer this lead');
  return server.send({ ...content, from, replyTo, messageId: messageIdOf(delivery, domain), thread: null, isReply: true });
}

async function decode({ decided }: MailOptions, { payload }: LeasedDelivery): Promise<LeadDecided> {
  await decided.prepare([payload]);
  return decided.decode(payload);
}

/** They run out with time and with the next decision. Of a linked lead there is nothing to answer: it is not worked itself. */
function linksOf({ links, ruleSet }: MailOptions, decided: LeadDecided, agentId: string | null): readonly AnswerLink[] {
  if (links === null || decided.kind === 'LINKED') return [];
  const expiresAt = decided.decidedAt + ruleSet().communication.answerWithinMs;
  const { revision, envelope } = decided;
  return actionsOf(decided).map((action) => {
    const token = signAnswer({ leadId: asLeadId(envelope.leadId), revision, agentId, action, expiresAt }, links.key);
    return { action, url: `${links.baseUrl}${ANSWER_PATH}${token}` };
  });
}

const OFFER_ACTIONS: readonly AnswerAction[] = ['ACCEPTED', 'DECLINED'];

/** Who was the first to accept an offer has accepted it. */
function actionsOf({ kind, cause }: LeadDecided): readonly AnswerAction[] {
  if (kind === 'OFFERED') return OFFER_ACTIONS;
  return cause === 'CLAIMED' ? ANSWER_ACTIONS.filter((action) => action !== 'ACCEPTED') : ANSWER_ACTIONS;
}

function refused(detail: string): SendAnswer {
  return { kind: 'REFUSED', code: 'LR_NOTIFIER_NO_CHANNEL', status: null, detail };
}

function noServer(): SendAnswer {
  return { kind: 'FAILED', code: 'LR_NOTIFIER_NO_CHANNEL', status: null, detail: 'set NOTIFIER_SMTP_URL to the mail server' };
}
