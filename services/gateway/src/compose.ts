/** Puts the gateway together from its parts, with everything from outside as an argument. */
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { RecordProducer } from '@lead-router/stream/kafka-port.ts';
import { createLabelLimit } from '@lead-router/telemetry/label-limit.ts';
import type { Logger } from '@lead-router/telemetry/logger.ts';
import type { Metrics } from '@lead-router/telemetry/metrics.ts';
import { acceptLeads, type BatchFates, type LeadBatch } from './accept-leads.ts';
import type { AnswerLinkOptions } from './answer-links.ts';
import { createAuthenticator } from './authenticate.ts';
import { createCoalescer } from './coalescer.ts';
import type { Digests } from './digests.ts';
import type { LineFault } from './error-codes.ts';
import type { GatewayStore } from './gateway-store.ts';
import { createHttpApp, type HttpApp } from './http-app.ts';
import { createIdempotentAnswers } from './idempotent-answers.ts';
import { type InboxCodec, reportActivities } from './report-activities.ts';
import { submitLeads } from './submit-leads.ts';
import { type SubmittedCodec, submittedValue, traceHeaders } from './submitted-record.ts';

export interface GatewayParts {
  readonly store: GatewayStore;
  readonly producer: Pick<RecordProducer, 'send'>;
  readonly submitted: SubmittedCodec;
  readonly inbox: InboxCodec;
  readonly digests: Digests;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly version: string;
  readonly maxRequestsPerSecond: number;
  /** Of links in mails, the signing one first; none: there are no such links. */
  readonly answerKeys?: readonly string[];
  readonly limits?: Partial<GatewayLimits>;
}

export interface GatewayLimits {
  /** So long a revoked key may still open the door. */
  readonly keyCacheMs: number;
  readonly cachedKeys: number;
  /** Of the bodies whose leads are produced and inserted together. */
  readonly flushBytes: number;
  /** Of the bodies that may wait for a flush. */
  readonly waitingBytes: number;
  readonly leaseMs: number;
  /** How long another process with the same idempotency key is waited for. */
  readonly inFlightWaitMs: number;
  /** Shorter than the lease, longer than Kafka's own retries. */
  readonly answerTimeoutMs: number;
  readonly maxEventLoopDelayMs: number;
  /** Of the process: bodies that are read at the same time are bounded by nothing else. */
  readonly maxResidentBytes: number;
}

const MEBIBYTE = 1_024 * 1_024;

const DEFAULT_LIMITS: GatewayLimits = {
  keyCacheMs: 3_000,
  cachedKeys: 10_000,
  flushBytes: 2 * MEBIBYTE,
  waitingBytes: 64 * MEBIBYTE,
  leaseMs: 30_000,
  inFlightWaitMs: 5_000,
  answerTimeoutMs: 20_000,
  maxEventLoopDelayMs: 2_000,
  maxResidentBytes: 1_536 * MEBIBYTE,
};

/** While one flush waits for Postgres, the other waits for Kafka. */
const FLUSHES = 2;

export function createGateway(parts: GatewayParts): Promise<HttpApp> {
  const { store, clock, logger, metrics, digests, producer } = parts;
  const limits = { ...DEFAULT_LIMITS, ...parts.limits };
  const now = (): number => clock.now();
  const onRefused = ({ code }: LineFault): void => metrics.refusedLeads.inc({ code });
  const send: RecordProducer['send'] = async (records) => {
    const startedAt = performance.now();
    await producer.send(records);
    metrics.produceSeconds.observe((performance.now() - startedAt) / 1_000);
    for (const [sink, topic] of SINKS) {
      const count = records.filter((record) => record.topic === topic).length;
      if (count > 0) metrics.recordsOut.inc({ sink }, count);
    }
  };
  const accept = createCoalescer({
    flush: (batches: readonly LeadBatch[]) =>
      acceptLeads(
        {
          store,
          send,
          toRecord: (lead, { acceptedAt, traceparent }) => ({
            topic: TOPICS.submitted.topic,
            key: lead.leadId,
            value: submittedValue(parts.submitted, lead, { source: 'HTTP', acceptedAt }),
            headers: traceHeaders(traceparent),
          }),
          digests,
          now,
          onQuotaLost: (error) => logger.warn({ error }, 'a quota was not given back; the count stays too high for the day'),
        },
        batches,
      ),
    sizeOf: ({ bytes }) => bytes,
    maxFlushSize: limits.flushBytes,
    maxWaitingSize: limits.waitingBytes,
    maxFlushes: FLUSHES,
  });
  const vendorLabel = createLabelLimit();
  const acceptCounted = async (batch: LeadBatch): Promise<BatchFates> => {
    const accepted = await accept(batch);
    const count = accepted.fates.filter((fate) => fate === 'ACCEPTED').length;
    if (count > 0) metrics.acceptedLeads.inc({ vendor: vendorLabel(batch.vendor) }, count);
    return accepted;
  };
  const answers = createIdempotentAnswers({
    store,
    clock,
    leaseMs: limits.leaseMs,
    waitMs: limits.inFlightWaitMs,
    onAbandonFailed: (error) => logger.warn({ error }, 'an idempotency key stays claimed until its lease runs out'),
  });
  return createHttpApp({
    ...parts,
    ...limits,
    authenticator: createAuthenticator({ store, now, ttlMs: limits.keyCacheMs, maxKeys: limits.cachedKeys }),
    submit: (request) => submitLeads({ accept: acceptCounted, answers, digests, now, onRefused }, request),
    answers: answerLinksOf(parts, send),
    report: (request) => reportActivities({ send, inbox: parts.inbox, now }, request),
  });
}

function answerLinksOf({ answerKeys = [], store, inbox, clock }: GatewayParts, send: RecordProducer['send']): AnswerLinkOptions | null {
  return answerKeys.length === 0 ? null : { keys: answerKeys, store, send, inbox, now: () => clock.now(), sleep: (ms) => clock.sleep(ms) };
}

const SINKS: readonly (readonly [string, string])[] = [
  ['submitted', TOPICS.submitted.topic],
  ['inbox', TOPICS.inbox.topic],
];
