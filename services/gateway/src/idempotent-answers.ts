/**
 * One answer for each idempotency key. In one process those who come meanwhile join the first's work; across processes they wait
 * for its answer, take over when its lease has run out, and are told 409 when waiting gets too long.
 */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import { GatewayError } from './gateway-error.ts';
import type { GatewayStore } from './gateway-store.ts';

export interface KeyedRequest {
  readonly vendor: string;
  readonly key: string;
  readonly payloadDigest: string;
  readonly leadIds: readonly LeadId[];
}

export interface IdempotencyOptions {
  readonly store: Pick<GatewayStore, 'claimIdempotencyKey' | 'completeIdempotencyKey' | 'abandonIdempotencyKey'>;
  readonly clock: Clock;
  /** How long whoever works has the key for itself. */
  readonly leaseMs: number;
  /** How long another process is waited for before 409. */
  readonly waitMs: number;
  readonly onAbandonFailed: (error: unknown) => void;
}

export interface IdempotentAnswers {
  /** The bytes that `work` gave, now or at the first time. Errors: those of `work`; GatewayError IDEMPOTENCY_CONFLICT, IN_FLIGHT. */
  once(request: KeyedRequest, work: () => Promise<Buffer>): Promise<Buffer>;
}

const FIRST_POLL_MS = 25;
const MAX_POLL_MS = 500;
const RETRY_AFTER_SECONDS = 2;

export function createIdempotentAnswers(options: IdempotencyOptions): IdempotentAnswers {
  const running = new Map<string, { readonly payloadDigest: string; readonly answer: Promise<Buffer> }>();
  return {
    once: (request, work) => {
      const id = `${request.vendor}\0${request.key}`;
      const first = running.get(id);
      if (first !== undefined) return first.payloadDigest === request.payloadDigest ? first.answer : Promise.reject(conflict());
      const answer = claimAndWork(options, request, work).finally(() => running.delete(id));
      running.set(id, { payloadDigest: request.payloadDigest, answer });
      return answer;
    },
  };
}

async function claimAndWork(options: IdempotencyOptions, request: KeyedRequest, work: () => Promise<Buffer>): Promise<Buffer> {
  const { store, clock, leaseMs, waitMs } = options;
  const giveUpAt = clock.now() + waitMs;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(MAX_POLL_MS, pollMs * 2)) {
    const claimedAt = clock.now();
    const claim = await store.claimIdempotencyKey({ ...request, leaseMs });
    switch (claim.kind) {
      case 'CLAIMED':
        return workAndKeep(options, { request, claimedAt, work });
      case 'DONE':
        return claim.answer;
      case 'CONFLICT':
        throw conflict();
      case 'IN_FLIGHT': {
        if (clock.now() >= giveUpAt) throw inFlight(claim.leadIds);
        await clock.sleep(pollMs);
      }
    }
  }
}

interface ClaimedWork {
  readonly request: KeyedRequest;
  readonly claimedAt: number;
  readonly work: () => Promise<Buffer>;
}

async function workAndKeep(options: IdempotencyOptions, { request, claimedAt, work }: ClaimedWork): Promise<Buffer> {
  const { vendor, key, payloadDigest } = request;
  const claimed = { vendor, key, payloadDigest };
  try {
    return await options.store.completeIdempotencyKey(claimed, await work());
  } catch (error) {
    // After the lease the claim may be somebody else's.
    const isOurs = options.clock.now() - claimedAt < options.leaseMs;
    if (isOurs) await options.store.abandonIdempotencyKey(claimed).catch(options.onAbandonFailed);
    throw error;
  }
}

function conflict(): GatewayError {
  return new GatewayError(
    'LR_GATEWAY_IDEMPOTENCY_CONFLICT',
    'this Idempotency-Key belongs to another payload: take a new key, or send the first payload again',
  );
}

function inFlight(leadIds: readonly LeadId[]): GatewayError {
  const message = 'the first request with this Idempotency-Key is still being worked on: send it again, or ask for its leads';
  return new GatewayError('LR_GATEWAY_IN_FLIGHT', message, { retryAfterSeconds: RETRY_AFTER_SECONDS, leadIds });
}
