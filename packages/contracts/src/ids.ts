/**
 * Ids that follow from what they name: UUIDv5 (RFC 9562, 5.5). A vendor's retry is the same lead, a repeated event the
 * same event, by construction; nothing has to be looked up for it.
 */
import { hash } from 'node:crypto';
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';

/** Never change these: every id in every topic and table follows from them. */
const LEAD_NAMESPACE = 'b3f8a3d0-6a53-5d0c-9c52-2f6d0a4c9e11';
const EVENT_NAMESPACE = '0e5c6f1b-21d7-5b7e-8a0f-64f7c8d91b23';

const POOL_TIMER_NAMESPACE = '6d0c3f7e-52a1-5f0e-9b56-0f7a2d1c4e88';

const NAMESPACE_BYTES = 16;
const INITIAL_SCRATCH_BYTES = 1024;
const VARIANT_DIGITS = ['8', '9', 'a', 'b'] as const;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** About 0.6 M a second a core. */
export function uuidV5(namespace: Buffer, name: string): string {
  const digest = hash('sha1', frame(namespace, name));
  const variant = VARIANT_DIGITS[Number.parseInt(digest.charAt(16), 16) & 3] ?? '8';
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}

export function namespaceBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

const LEADS = namespaceBytes(LEAD_NAMESPACE);
const EVENTS = namespaceBytes(EVENT_NAMESPACE);
const POOL_TIMERS = namespaceBytes(POOL_TIMER_NAMESPACE);

/** What names a lead: the vendor's reference, else its idempotency key, else the content itself. */
export type LeadName =
  | { readonly kind: 'REFERENCE'; readonly reference: string }
  | { readonly kind: 'IDEMPOTENCY_KEY'; readonly key: string }
  /** Any text that is the same for the same content; see `contentDigest`. */
  | { readonly kind: 'CONTENT'; readonly digest: string };

/** References never begin with NUL (the door removes it), so the three kinds cannot meet. */
export function leadIdFor(vendor: string, name: LeadName): LeadId {
  switch (name.kind) {
    case 'REFERENCE':
      return asLeadId(uuidV5(LEADS, `${vendor}\0${name.reference}`));
    case 'IDEMPOTENCY_KEY':
      return asLeadId(uuidV5(LEADS, `${vendor}\0\0key\0${name.key}`));
    case 'CONTENT':
      return asLeadId(uuidV5(LEADS, `${vendor}\0\0content\0${name.digest}`));
  }
}

/** SHA-256, hex, of a JSON value whatever the order of its properties. Total for anything JSON can hold. */
export function contentDigest(value: unknown): string {
  return hash('sha256', JSON.stringify(value, sortedProperties) ?? 'null');
}

/** The same parts in the same order always give the same id; parts may hold anything but NUL. */
export function eventIdFor(...parts: readonly (string | number)[]): EventId {
  return asEventId(uuidV5(EVENTS, parts.join('\0')));
}

export const submittedEventId = (leadId: LeadId): EventId => eventIdFor('submitted', leadId);
/** Without the rule set version: a second run under another one is a repeat, not a second event. */
export const enrichedEventId = (submitted: EventId): EventId => eventIdFor('enriched', submitted);
export const scoredEventId = (enriched: EventId): EventId => eventIdFor('scored', enriched);
/** `timerId` is the lead's id or the pool's timer id. */
export const timerEventId = (timerId: string, generation: number): EventId => eventIdFor('timer', timerId, generation);
export const activityEventId = (system: string, activityId: string): EventId => eventIdFor('activity', system, activityId);
export const receiptEventId = (deliveryId: string, attempt: number): EventId => eventIdFor('receipt', deliveryId, attempt);

/** Under which a pool's own timer is kept and fired: a UUID like a lead's, but never one. */
export const poolTimerId = (poolId: string): string => uuidV5(POOL_TIMERS, poolId);

/** One wake-up of one lead by one batch; `from` is the batch's first offset. */
export function routeEventId(wake: {
  readonly partition: number;
  readonly from: number;
  readonly leadId: LeadId;
  readonly poolId: string;
  readonly cause: string;
}): EventId {
  return eventIdFor('route', wake.partition, wake.from, wake.leadId, wake.poolId, wake.cause);
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Brands a text that is known to be one: read from our own topics or tables, or made here. */
export function asLeadId(text: string): LeadId {
  return text as LeadId;
}

export function asEventId(text: string): EventId {
  return text as EventId;
}

let scratch = Buffer.allocUnsafe(INITIAL_SCRATCH_BYTES);

/** Namespace and name side by side in a buffer used again and again: nothing in here awaits. */
function frame(namespace: Buffer, name: string): Buffer {
  const bound = NAMESPACE_BYTES + name.length * 3;
  if (bound > scratch.length) scratch = Buffer.allocUnsafe(bound * 2);
  namespace.copy(scratch, 0);
  const written = scratch.write(name, NAMESPACE_BYTES, 'utf8');
  return scratch.subarray(0, NAMESPACE_BYTES + written);
}

function sortedProperties(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
