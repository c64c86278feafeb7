/** Who is written to by mail, and what: the addresses of owners, and the texts that leads themselves are answered with. */
import type { MailTemplate } from './mail-template.ts';

export interface MailSender {
  /** Empty: the address alone. */
  readonly name: string;
  readonly address: string;
}

/** Owners of this destination's leads are told by mail. */
export interface OwnerMail {
  readonly destinationId: string;
  /** Where agents without an address of their own are written to; null: each has one. */
  readonly to: MailTemplate | null;
  /** null: the usual one. */
  readonly subject: MailTemplate | null;
}

/** What a lead itself is answered with, once. */
export interface LeadReply {
  readonly replyId: string;
  /** Leads that one of these rules took are answered. */
  readonly ruleIds: readonly string[];
  /**
   * True: it answers what the person wrote, and needs no opt-in. It then goes only to leads whose person has written something.
   * False: it goes only to those who have opted in to mail.
   */
  readonly answersEnquiry: boolean;
  readonly subject: MailTemplate;
  readonly text: MailTemplate;
}

export interface Communication {
  /** null: no mail is sent at all. */
  readonly from: MailSender | null;
  readonly replyTo: string | null;
  /** By destination. */
  readonly owners: ReadonlyMap<string, OwnerMail>;
  /** Addresses of agents, by their id. */
  readonly agents: ReadonlyMap<string, string>;
  /** By rule. */
  readonly replies: ReadonlyMap<string, LeadReply>;
  /** How long the links of a mail can be answered by, from the decision on. */
  readonly answerWithinMs: number;
}

const DAY_MS = 86_400_000;
export const DEFAULT_ANSWER_WITHIN_MS = 14 * DAY_MS;

/** What a rule set without that section says. */
export const NO_COMMUNICATION: Communication = {
  from: null,
  replyTo: null,
  owners: new Map(),
  agents: new Map(),
  replies: new Map(),
  answerWithinMs: DEFAULT_ANSWER_WITHIN_MS,
};
