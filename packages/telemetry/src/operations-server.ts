/** The small HTTP server that every process has: health for the orchestrator, metrics for Prometheus. */

import { createServer, type ServerResponse } from 'node:http';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

export interface OperationsServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Only this machine by default. */
  readonly host?: string;
  readonly health: Health;
  readonly metrics: Metrics;
}

export interface OperationsServer {
  /** With the actual port, for example http://127.0.0.1:41234 */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * `/health/live` 200 or 503 (restart me), `/health/ready` 200 or 503 (with the reasons), `/metrics`.
 * Rejects when the port is taken.
 */
export const startOperationsServer = async (options: OperationsServerOptions): Promise<OperationsServer> => {
  const host = options.host ?? '127.0.0.1';
  const server = createServer((request, response) => {
    void answer(options, { path: request.url ?? '/', response });
  });
  server.keepAliveTimeout = 5000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const answer = async (
  options: OperationsServerOptions,
  exchange: { readonly path: string; readonly response: ServerResponse },
): Promise<void> => {
  const { response } = exchange;
  const path = exchange.path.split('?', 1)[0];
  const report = options.health.report();
  switch (path) {
    case '/health/live':
      return sendJson(response, report.live ? 200 : 503, { status: report.status, faults: report.faults });
    case '/health/ready':
      return sendJson(response, report.ready ? 200 : 503, report);
    case '/metrics': {
      const { contentType, body } = await options.metrics.render();
      response.writeHead(200, { 'content-type': contentType }).end(body);
      return;
    }
    default:
      return sendJson(response, 404, { paths: ['/health/live', '/health/ready', '/metrics'] });
  }
};

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
};
