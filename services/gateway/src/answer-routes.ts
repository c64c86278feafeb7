/** The routes of answer links: forms in, pages out, apart from the API with its JSON. */
import { ANSWER_PATH } from '@lead-router/contracts/answer-token.ts';
import type { Logger } from '@lead-router/telemetry/logger.ts';
import type { FastifyReply } from 'fastify';
import { type AnswerLinkOptions, giveAnswer, showAnswer } from './answer-links.ts';
import { messagePage, PAGE_HEADERS, type Page } from './answer-page.ts';
import { toGatewayError } from './http-errors.ts';
import type { TypedApp } from './routes.ts';

/** A wildcard, because the router takes no parameter as long as a token. */
const ROUTE = `${ANSWER_PATH}*`;
const FORM_TYPE = 'application/x-www-form-urlencoded';
const MAX_FORM_BYTES = 65_536;

export function registerAnswerRoutes(app: TypedApp, options: AnswerLinkOptions & { readonly logger: Logger }): void {
  app.register((scope, _options, registered) => {
    scope.addContentTypeParser(FORM_TYPE, { parseAs: 'string', bodyLimit: MAX_FORM_BYTES }, (_request, body, done) => done(null, body));
    scope.setErrorHandler((raised, request, reply) => {
      const error = toGatewayError(raised);
      const { cause } = error.details;
      const log = error.status === 500 ? options.logger.error : options.logger.warn;
      log({ requestId: request.id, code: error.code, error: cause ?? error }, 'an answer by link failed');
      const text = error.status >= 500 ? 'Nothing was recorded. Try the link again in a minute.' : 'Open the link from the mail again.';
      return show(reply, messagePage(error.status, 'That did not work', text));
    });
    scope.get<{ Params: { '*': string } }>(ROUTE, { schema: { hide: true } }, async (request, reply) =>
      show(reply, await showAnswer(options, request.params['*'])),
    );
    scope.post<{ Params: { '*': string }; Body: unknown }>(ROUTE, { schema: { hide: true } }, async (request, reply) => {
      const given = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
      return show(reply, await giveAnswer(options, request.params['*'], given));
    });
    registered();
  });
}

function show(reply: FastifyReply, page: Page): FastifyReply {
  return reply
    .code(page.status)
    .headers({ ...PAGE_HEADERS })
    .send(page.html);
}
