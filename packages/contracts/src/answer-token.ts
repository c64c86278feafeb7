/**
 * Answers by link: a token says which answer of whom to which assignment it stands for, and until when, signed by the notifier
 * and read by the gateway. Whoever has the link may give the answer, and nothing else.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import { asLeadId, eventIdFor, isUuid } from './ids.ts';

/** In the order that mails show them in. The place in this list is what a token holds: only ever add at its end. */
export const ANSWER_ACTIONS = ['ACCEPTED', 'DECLINED', 'CONTACTED', 'QUALIFIED', 'DISQUALIFIED'] as const;
export type AnswerAction = (typeof ANSWER_ACTIONS)[number];

export interface Answer {
  readonly leadId: LeadId;
  /** The assignment that it answers. */
  readonly revision: number;
  /** null: the destination has no agents. */
  readonly agentId: string | null;
  readonly action: AnswerAction;
  /** Milliseconds since the epoch, of which whole seconds are kept. */
  readonly expiresAt: number;
}

export type AnswerResult =
  | { readonly kind: 'VALID'; readonly answer: Answer }
  /** Signed by us, but too old. */
  | { readonly kind: 'EXPIRED'; readonly answer: Answer }
  /** Not ours, or not whole: mail programs break long links. */
  | { readonly kind: 'FORGED' };

/** Name under which activities from links are recorded. */
export const ANSWER_SYSTEM = 'answer-link';

/** At the gateway; the token follows. */
export const ANSWER_PATH = '/answers/';

const VERSION = 1;
const LEAD_BYTES = 16;
/** Version, lead, action, revision and expiry; the agent's id follows. */
const FIXED_BYTES = 1 + LEAD_BYTES + 1 + 4 + 6;
const SIGNATURE_BYTES = 32;
const MAX_TOKEN = 400;
const MIN_KEY_CHARACTERS = 32;
const CONTEXT = 'lead-router answer link\0';

/** Several keys, separated by spaces, during a rotation: the first signs, all are believed. Throws a RangeError for a short one. */
export function answerKeys(text: string): readonly string[] {
  const keys = text.split(/\s+/).filter((key) => key !== '');
  if (keys.length === 0 || keys.some((key) => key.length < MIN_KEY_CHARACTERS))
    throw new RangeError(`keys of answer links have at least ${MIN_KEY_CHARACTERS} characters each`);
  return keys;
}

/** URL-safe; the same answer always gives the same token. Throws a RangeError for what a token cannot hold. */
export function signAnswer(answer: Answer, key: string): string {
  const agent = Buffer.from(answer.agentId ?? '', 'utf8');
  const body = Buffer.alloc(FIXED_BYTES + agent.length);
  body.writeUInt8(VERSION, 0);
  body.write(answer.leadId.replaceAll('-', ''), 1, LEAD_BYTES, 'hex');
  body.writeUInt8(ANSWER_ACTIONS.indexOf(answer.action), 1 + LEAD_BYTES);
  body.writeUInt32BE(answer.revision, 2 + LEAD_BYTES);
  body.writeUIntBE(Math.floor(answer.expiresAt / 1_000), 6 + LEAD_BYTES, 6);
  agent.copy(body, FIXED_BYTES);
  return Buffer.concat([body, signatureOf(body, key)]).toString('base64url');
}

/** Total: any text gives a result, in a time that tells nothing of the keys. */
export function readAnswer(token: string, options: { readonly keys: readonly string[]; readonly now: number }): AnswerResult {
  const bytes = token.length > MAX_TOKEN ? Buffer.alloc(0) : Buffer.from(token, 'base64url');
  const end = bytes.length - SIGNATURE_BYTES;
  // One text for one token: with others, lenient decoding would let look-alikes pass.
  if (end < FIXED_BYTES || bytes.toString('base64url') !== token) return { kind: 'FORGED' };
  const body = bytes.subarray(0, end);
  const isOurs = options.keys.some((key) => timingSafeEqual(signatureOf(body, key), bytes.subarray(end)));
  const action = ANSWER_ACTIONS[body.readUInt8(1 + LEAD_BYTES)];
  if (!isOurs || body.readUInt8(0) !== VERSION || action === undefined) return { kind: 'FORGED' };
  const hex = body.toString('hex', 1, 1 + LEAD_BYTES);
  const leadId = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  if (!isUuid(leadId)) return { kind: 'FORGED' };
  const answer: Answer = {
    leadId: asLeadId(leadId),
    revision: body.readUInt32BE(2 + LEAD_BYTES),
    agentId: body.toString('utf8', FIXED_BYTES) || null,
    action,
    expiresAt: body.readUIntBE(6 + LEAD_BYTES, 6) * 1_000,
  };
  return { kind: answer.expiresAt > options.now ? 'VALID' : 'EXPIRED', answer };
}

/** The same however often a link is used: the second click is a repeat, and changes nothing. */
export function answerEventId({ leadId, revision, agentId, action }: Answer): EventId {
  return eventIdFor('answer', leadId, revision, agentId ?? '', action);
}

/** Who accepts an offer and has no room may try again, once there is some: within so long it is a repeat. */
const ACCEPT_AGAIN_MS = 10_000;

/** Of an accept of an offered lead. A later one changes nothing where the first has decided the matter. */
export function offerAcceptEventId({ leadId, revision, agentId, action }: Answer, now: number): EventId {
  return eventIdFor('answer', leadId, revision, agentId ?? '', action, Math.floor(now / ACCEPT_AGAIN_MS));
}

function signatureOf(body: Buffer, key: string): Buffer {
  return createHmac('sha256', key).update(CONTEXT).update(body).digest();
}
