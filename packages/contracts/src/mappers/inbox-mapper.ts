/**
 * Inbox events to what the router decides on, and back. Reading is total: what this version does not know comes out as
 * UNREADABLE with its reason, for the caller to dead-letter or count.
 */
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import { bringsData } from '@lead-router/domain/lead-history.ts';
import type { RouterInput, TimerKind } from '@lead-router/domain/routing-model.ts';
import type { CutValue } from '../codec.ts';
import type { Envelope, InboxEventPrefix, LeadActivity } from '../generated/wire-types.ts';
import { asEventId, asLeadId } from '../ids.ts';

/** What every message has; the rest of a `RouterInput` (offset, facts) only the router can add. */
export interface MessageBase {
  readonly eventId: EventId;
  readonly leadId: LeadId;
  readonly occurredAt: number;
}

type Body<K extends RouterInput['kind']> = Omit<Extract<RouterInput, { kind: K }>, keyof MessageBase | 'offset' | 'facts'>;

/** A scored lead as the log has it: vendor, identities and facts follow from its context. */
export interface ScoredBody extends Omit<Body<'SCORED'>, 'vendor' | 'identities'> {
  /** Version of the rule set the scorer used. */
  readonly ruleSetVersion: number;
  /** Encoded LeadContext, a view of the record's bytes. */
  readonly context: Buffer;
}

export interface ActivityBody extends Body<'ACTIVITY'> {
  /** All of it: answers, person, system. */
  readonly detail: LeadActivity;
}

export interface TimerBody extends Body<'TIMER'> {
  readonly dueAt: number;
}

export type InboxBody = ScoredBody | ActivityBody | TimerBody | Body<'ROUTE'> | Body<'REASSIGN'>;

export interface UnreadableBody {
  readonly kind: 'UNREADABLE';
  readonly reason: 'ACTIVITY_UNKNOWN' | 'TIMER_UNKNOWN' | 'CAUSE_UNKNOWN' | 'CONTEXT_MISSING' | 'BODY_UNKNOWN';
}

export type InboxMessage = MessageBase & (InboxBody | UnreadableBody);

const TIMERS = [
  'ACCEPT',
  'ACCEPT_WARNING',
  'RESPONSE',
  'RESPONSE_WARNING',
  'OFFER',
  'WAIT_LIMIT',
  'POOL_WAKE',
] as const satisfies readonly TimerKind[];
const CAUSES = ['CAPACITY_FREED', 'POOL_OPENED'] as const;

/** Takes what `decodePrefix` of the inbox's codec gives. */
export function fromInboxEvent(event: CutValue<InboxEventPrefix>): InboxMessage {
  const { envelope, body } = event.prefix;
  const base: MessageBase = { eventId: asEventId(envelope.eventId), leadId: asLeadId(envelope.leadId), occurredAt: envelope.occurredAt };
  if ('leadrouter.v1.LeadScored' in body) {
    const { submittedAt, ruleSetVersion } = body['leadrouter.v1.LeadScored'];
    if (event.context === null) return { ...base, kind: 'UNREADABLE', reason: 'CONTEXT_MISSING' };
    return { ...base, kind: 'SCORED', submittedAt, ruleSetVersion, context: event.context };
  }
  if ('leadrouter.v1.LeadActivity' in body) return fromActivity(base, body['leadrouter.v1.LeadActivity']);
  if ('leadrouter.v1.TimerFired' in body) {
    const { timer, generation, poolId, dueAt } = body['leadrouter.v1.TimerFired'];
    const known = TIMERS.find((kind) => kind === timer);
    return known === undefined
      ? { ...base, kind: 'UNREADABLE', reason: 'TIMER_UNKNOWN' }
      : { ...base, kind: 'TIMER', timer: known, generation, poolId, dueAt };
  }
  if ('leadrouter.v1.RouteLead' in body) {
    const { poolId, cause } = body['leadrouter.v1.RouteLead'];
    const known = CAUSES.find((kind) => kind === cause);
    return known === undefined
      ? { ...base, kind: 'UNREADABLE', reason: 'CAUSE_UNKNOWN' }
      : { ...base, kind: 'ROUTE', poolId, cause: known };
  }
  if ('leadrouter.v1.ReassignLead' in body) {
    const { to, by, reason } = body['leadrouter.v1.ReassignLead'];
    return { ...base, kind: 'REASSIGN', to, by, reason };
  }
  return { ...base, kind: 'UNREADABLE', reason: 'BODY_UNKNOWN' };
}

function fromActivity(base: MessageBase, detail: LeadActivity): InboxMessage {
  const { activity, agentId, reason, isHumanResponse, revision } = detail;
  if (activity === 'UNKNOWN') return { ...base, kind: 'UNREADABLE', reason: 'ACTIVITY_UNKNOWN' };
  const said = { activity, agentId, reason, isHumanResponse, revision, bringsData: bringsData(detail) };
  return { ...base, kind: 'ACTIVITY', ...said, detail };
}

/** The way back. Ids and times come from the envelope. */
export function toInboxEvent(envelope: Envelope, message: InboxBody): CutValue<InboxEventPrefix> {
  switch (message.kind) {
    case 'SCORED': {
      const { submittedAt, ruleSetVersion } = message;
      return { prefix: { envelope, body: { 'leadrouter.v1.LeadScored': { submittedAt, ruleSetVersion } } }, context: message.context };
    }
    case 'ACTIVITY':
      return withoutContext(envelope, { 'leadrouter.v1.LeadActivity': message.detail });
    case 'TIMER': {
      const { timer, generation, poolId, dueAt } = message;
      return withoutContext(envelope, { 'leadrouter.v1.TimerFired': { timer, generation, poolId, dueAt } });
    }
    case 'ROUTE':
      return withoutContext(envelope, { 'leadrouter.v1.RouteLead': { poolId: message.poolId, cause: message.cause } });
    case 'REASSIGN':
      return withoutContext(envelope, { 'leadrouter.v1.ReassignLead': { to: message.to, by: message.by, reason: message.reason } });
  }
}

function withoutContext(envelope: Envelope, body: InboxEventPrefix['body']): CutValue<InboxEventPrefix> {
  return { prefix: { envelope, body }, context: null };
}
