/** Whatever goes wrong on the way of a request, as the one shape of error that the gateway answers with. */
import { StoreFault } from '@lead-router/store/router-store.ts';
import { KafkaFault } from '@lead-router/stream/kafka-port.ts';
import type { Static } from 'typebox';
import type { ErrorAnswer } from './api-schemas.ts';
import type { RequestCode } from './error-codes.ts';
import { GatewayError } from './gateway-error.ts';
import { BODY_LIMITS } from './read-body.ts';

/** Seconds: a dependency that restarts is back by then. */
const RETRY_AFTER_SECONDS = 5;

export function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof KafkaFault || error instanceof StoreFault) {
    const message = 'a dependency does not answer: send the same request again, it makes no second lead';
    return new GatewayError('LR_GATEWAY_UNAVAILABLE', message, { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error });
  }
  const [code, message] = OF_STATUS.get(statusOf(error) ?? 0) ?? INTERNAL;
  return new GatewayError(code, message, { cause: error });
}

export function errorAnswer(error: GatewayError, requestId: string): Static<typeof ErrorAnswer> {
  const { lines, leadIds, reopensAt } = error.details;
  return {
    error: {
      code: error.code,
      message: error.message,
      requestId,
      ...(reopensAt === undefined ? {} : { reopensAt: new Date(reopensAt).toISOString() }),
      ...(leadIds === undefined ? {} : { leadIds: [...leadIds] }),
      ...(lines === undefined
        ? {}
        : { lines: lines.map((line) => (line.status === 'refused' ? { ...line, faults: [...line.faults] } : line)) }),
    },
  };
}

const INTERNAL: readonly [RequestCode, string] = [
  'LR_GATEWAY_INTERNAL',
  'the gateway failed: send the same request again, and report the request id if it stays so',
];

/** What Fastify itself refuses, by its status. */
const OF_STATUS: ReadonlyMap<number, readonly [RequestCode, string]> = new Map([
  [400, ['LR_GATEWAY_BODY_UNREADABLE', 'send a body whose length is what Content-Length says']],
  [413, ['LR_GATEWAY_BODY_TOO_LARGE', `send at most ${BODY_LIMITS.bytes} bytes at once`]],
  [415, ['LR_GATEWAY_CONTENT_TYPE', 'send Content-Type: application/json (one lead or a list) or application/x-ndjson (a lead a line)']],
]);

function statusOf(error: unknown): number | null {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : null;
}
