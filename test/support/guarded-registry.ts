/** A schema registry that asks for a user and a password: the real one, behind a door that does. */
import { createServer } from 'node:http';
import type { Login } from './secure-kafka.ts';

export interface GuardedRegistry {
  readonly url: string;
  close(): Promise<void>;
}

const UNAUTHORIZED = 401;

export async function guardRegistry(registryUrl: string, { username, password }: Login): Promise<GuardedRegistry> {
  const { origin, pathname } = new URL(registryUrl);
  const wanted = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    if (request.headers.authorization !== wanted) {
      response.writeHead(UNAUTHORIZED, { 'content-type': 'application/json' }).end('{"error_code":401,"message":"Unauthorized"}');
      return;
    }
    const body = Buffer.concat(parts);
    const type = request.headers['content-type'];
    const answer = await fetch(`${origin}${request.url}`, {
      method: request.method ?? 'GET',
      ...(type === undefined ? {} : { headers: { 'content-type': type } }),
      ...(body.length === 0 ? {} : { body }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : '';
  return {
    url: `http://127.0.0.1:${port}${pathname}`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
