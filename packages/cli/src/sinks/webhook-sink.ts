/** A destination's server that keeps what it is sent: for trying things out, and for tests that need a real counterpart. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

export interface SunkWebhook {
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** `webhook-id`: the same at every attempt. */
  readonly id: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookSink {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on this machine alone. Each webhook is kept before it is answered for, with status 204 or the one that is given. */
export async function startWebhookSink(options: {
  readonly port?: number;
  readonly status?: number;
  readonly onWebhook: (hook: SunkWebhook) => void;
}): Promise<WebhookSink> {
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
        options.onWebhook({ receivedAt: Date.now(), id: headers['webhook-id'] ?? '', headers, body });
        response.writeHead(options.status ?? 204).end();
      },
      () => response.destroy(),
    );
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server on a port has an address');
  return {
    url: `http://127.0.0.1:${address.port}/leads`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
