/** A request that is refused as a whole: thrown anywhere on its way, answered in one shape. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import { REQUEST_CODES, type RequestCode } from './error-codes.ts';
import type { LineResult } from './line-results.ts';

export interface ErrorDetails {
  /** Whole seconds after which it is worth trying again; becomes Retry-After. */
  readonly retryAfterSeconds?: number;
  /** Milliseconds since the epoch. */
  readonly reopensAt?: number;
  /** Leads that a request still being worked on will make. */
  readonly leadIds?: readonly LeadId[];
  /** What became of each line. */
  readonly lines?: readonly LineResult[];
  readonly cause?: unknown;
}

export class GatewayError extends Error {
  readonly code: RequestCode;
  readonly details: ErrorDetails;

  constructor(code: RequestCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return REQUEST_CODES[this.code].status;
  }
}
