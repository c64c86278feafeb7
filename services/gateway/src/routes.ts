/** The routes: each reads its request, hands it on, and sends what comes back. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { asLeadId, isUuid } from '@lead-router/contracts/ids.ts';
import type { AuthenticatedVendor } from '@lead-router/store/vendor-store.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { Logger } from '@lead-router/telemetry/logger.ts';
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest, RawServerDefault } from 'fastify';
import type { AnswerLinkOptions } from './answer-links.ts';
import { registerAnswerRoutes } from './answer-routes.ts';
import { type Authenticator, apiKeyOf, requireScope, type Scope } from './authenticate.ts';
import { GatewayError } from './gateway-error.ts';
import type { GatewayStore } from './gateway-store.ts';
import { leadStatusAnswer } from './lead-status.ts';
import { ACTIVITIES_ROUTE, LEAD_ROUTE, LEADS_ROUTE } from './open-api.ts';
import type { BodyFormat } from './read-body.ts';
import type { ActivitiesRequest } from './report-activities.ts';
import type { LeadsRequest } from './submit-leads.ts';
import { readTraceparent } from './submitted-record.ts';

export interface RouteOptions {
  readonly authenticator: Authenticator;
  readonly store: Pick<GatewayStore, 'readLeadStatus'>;
  readonly submit: (request: LeadsRequest) => Promise<Buffer>;
  readonly report: (request: ActivitiesRequest) => Promise<Buffer>;
  /** null: links in mails are switched off. */
  readonly answers: AnswerLinkOptions | null;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The longest that a vendor waits for its answer; the work goes on. */
  readonly answerTimeoutMs: number;
}

export type TypedApp = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>;

const JSON_TYPE = 'application/json; charset=utf-8';

export const LEADS_PATH = '/v1/leads';

export function registerRoutes(app: TypedApp, options: RouteOptions): void {
  const as =
    (...scopes: readonly Scope[]) =>
    async (request: FastifyRequest): Promise<void> => {
      request.caller = await authenticated(options, request, scopes);
    };

  app.post(LEADS_PATH, { schema: LEADS_ROUTE, onRequest: as('leads:write') }, async (request, reply) => {
    const answer = await withDeadline(
      options,
      options.submit({ ...bodyOf(request), vendor: callerOf(request).vendor, idempotencyKey: idempotencyKeyOf(request) }),
    );
    return reply.code(202).type(JSON_TYPE).send(answer);
  });

  app.post('/v1/activities', { schema: ACTIVITIES_ROUTE, onRequest: as('activities:write') }, async (request, reply) => {
    const answer = await withDeadline(options, options.report({ ...bodyOf(request), system: callerOf(request).vendor }));
    return reply.code(202).type(JSON_TYPE).send(answer);
  });

  app.get('/v1/leads/:leadId', { schema: LEAD_ROUTE, onRequest: as('leads:read', 'leads:write') }, async (request, reply) => {
    const leadId = request.params.leadId.toLowerCase();
    const known = isUuid(leadId) ? await options.store.readLeadStatus(asLeadId(leadId)) : null;
    const answer = known === null ? null : leadStatusAnswer(asLeadId(leadId), callerOf(request).vendor, known);
    if (answer === null) throw new GatewayError('LR_GATEWAY_LEAD_UNKNOWN', 'this vendor has no such lead: take the lead id of its 202');
    return reply.type(JSON_TYPE).send(JSON.stringify(answer));
  });

  if (options.answers !== null) registerAnswerRoutes(app, { ...options.answers, logger: options.logger });

  app.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(JSON_TYPE).send(JSON.stringify(app.swagger())),
  );
}

async function authenticated(options: RouteOptions, request: FastifyRequest, scopes: readonly Scope[]): Promise<AuthenticatedVendor> {
  const apiKey = apiKeyOf(request.headers);
  if (apiKey === null) throw new GatewayError('LR_GATEWAY_API_KEY_MISSING', 'send an API key: Authorization: Bearer KEY');
  const vendor = await options.authenticator.authenticate(apiKey);
  requireScope(vendor, scopes);
  return vendor;
}

function callerOf(request: FastifyRequest): AuthenticatedVendor {
  if (request.caller === null) throw new Error('a route without authentication asks who calls it');
  return request.caller;
}

function bodyOf(request: FastifyRequest): { readonly body: Buffer; readonly format: BodyFormat; readonly traceparent: string | null } {
  const isLines = request.headers['content-type']?.toLowerCase().startsWith('application/x-ndjson') === true;
  return {
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    format: isLines ? 'NDJSON' : 'JSON',
    traceparent: readTraceparent(request.headers.traceparent),
  };
}

/** Visible ASCII, no space: with one, lines of a batch could be named alike. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,200}$/;

function idempotencyKeyOf(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && IDEMPOTENCY_KEY.test(key)) return key;
  throw new GatewayError(
    'LR_GATEWAY_IDEMPOTENCY_KEY_MALFORMED',
    'Idempotency-Key must be 1 to 200 visible ASCII characters without spaces, a UUID for example',
  );
}

async function withDeadline(options: RouteOptions, work: Promise<Buffer>): Promise<Buffer> {
  const waiting = new AbortController();
  const deadline = options.clock.sleep(options.answerTimeoutMs, waiting.signal).then(() => null);
  try {
    const answer = await Promise.race([work, deadline]);
    if (answer !== null) return answer;
  } finally {
    waiting.abort();
  }
  throw new GatewayError('LR_GATEWAY_UNAVAILABLE', 'no answer in time: send the same request again, it makes no second lead', {
    retryAfterSeconds: 5,
  });
}
