/** The HTTP server, not yet listening: limits, authentication, errors and metrics around the routes. */
import { randomUUID } from 'node:crypto';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import underPressure from '@fastify/under-pressure';
import type { AuthenticatedVendor } from '@lead-router/store/vendor-store.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { Logger } from '@lead-router/telemetry/logger.ts';
import type { Metrics } from '@lead-router/telemetry/metrics.ts';
import Fastify from 'fastify';
import { type Authenticator, apiKeyOf } from './authenticate.ts';
import { GatewayError } from './gateway-error.ts';
import { errorAnswer, toGatewayError } from './http-errors.ts';
import { openApiDocument } from './open-api.ts';
import { BODY_LIMITS } from './read-body.ts';
import { LEADS_PATH, type RouteOptions, registerRoutes, type TypedApp } from './routes.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose API key it is; set before the handler of every route that needs one. */
    caller: AuthenticatedVendor | null;
  }
}

export interface HttpAppOptions extends RouteOptions {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly version: string;
  /** Of one vendor, or of one address that shows no known key. */
  readonly maxRequestsPerSecond: number;
  /** Milliseconds; above it requests are refused with LR_GATEWAY_OVERLOADED. */
  readonly maxEventLoopDelayMs: number;
  /** As above. */
  readonly maxResidentBytes: number;
}

export type HttpApp = Awaited<ReturnType<typeof createHttpApp>>;

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** For the whole request to arrive: a slow sender must not hold a connection for ever. */
const REQUEST_TIMEOUT_MS = 30_000;
const SWEEP_MS = 50;
/** Leads that were refused before anybody could count them: one a request. */
const UNREAD: ReadonlySet<number> = new Set([400, 413, 415]);

export async function createHttpApp(options: HttpAppOptions) {
  const state = { isStopping: false };
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMITS.bytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.decorateRequest('caller', null);
  // Schemas are documentation and types here: what a lead may be, `parseSubmission` decides, line by line and with codes.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(['application/json', 'application/x-ndjson'], { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  answerErrors(app, options);
  observeRequests(app, options);

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (state.isStopping)
      throw new GatewayError('LR_GATEWAY_STOPPING', 'this instance is stopping: send it again', { retryAfterSeconds: 1 });
  });
  // So that clients send the next request to another instance.
  app.addHook('onSend', async (_request, reply) => {
    if (state.isStopping) reply.header('connection', 'close');
  });
  await app.register(underPressure, {
    maxEventLoopDelay: options.maxEventLoopDelayMs,
    maxRssBytes: options.maxResidentBytes,
    retryAfter: 1,
    customError: Overloaded,
  });
  await app.register(rateLimit, {
    max: options.maxRequestsPerSecond,
    timeWindow: 1_000,
    keyGenerator: (request) => {
      const apiKey = apiKeyOf(request.headers);
      return (apiKey === null ? null : options.authenticator.peek(apiKey)) ?? request.ip;
    },
    errorResponseBuilder: () =>
      new GatewayError('LR_GATEWAY_RATE_LIMITED', 'too many requests: send fewer, with more leads each', { retryAfterSeconds: 1 }),
  });
  await app.register(swagger, openApiDocument(options.version));
  registerRoutes(app, options);
  await app.ready();
  return {
    app,
    /** Takes no more requests, and resolves when those under way are answered. */
    stop: async (): Promise<void> => {
      state.isStopping = true;
      // One that was just being answered when the others were closed would be waited for until its client lets go.
      const sweep = setInterval(() => app.server.closeIdleConnections(), SWEEP_MS);
      await app.close().finally(() => clearInterval(sweep));
    },
  };
}

/** A class, because that is what under-pressure asks for. */
class Overloaded extends GatewayError {
  constructor() {
    super('LR_GATEWAY_OVERLOADED', 'the gateway is overloaded: send it again', { retryAfterSeconds: 1 });
  }
}

function answerErrors(app: TypedApp, { logger, metrics }: HttpAppOptions): void {
  app.setNotFoundHandler(() => {
    throw new GatewayError('LR_GATEWAY_ROUTE_UNKNOWN', 'there is nothing at this address: /openapi.json has them all');
  });
  app.setErrorHandler((raised, request, reply) => {
    const error = toGatewayError(raised);
    const { retryAfterSeconds, cause } = error.details;
    if (error.status === 500) logger.error({ requestId: request.id, code: error.code, error: cause ?? error }, 'a request failed');
    else if (error.status > 500) logger.warn({ requestId: request.id, code: error.code, cause }, 'a request was turned away');
    if (request.routeOptions.url === LEADS_PATH && UNREAD.has(error.status)) metrics.refusedLeads.inc({ code: error.code });
    if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
    if (error.status === 401) reply.header('www-authenticate', 'Bearer');
    return reply.code(error.status).send(errorAnswer(error, request.id));
  });
}

function observeRequests(app: TypedApp, { metrics }: HttpAppOptions): void {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.httpRequests.inc({ route, status: `${Math.floor(reply.statusCode / 100)}xx` });
    metrics.httpSeconds.observe({ route }, reply.elapsedTime / 1_000);
  });
}
