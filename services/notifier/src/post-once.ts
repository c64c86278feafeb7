/** One POST to addresses that have been checked: no redirects, no second connection, a time-out over all of it, no body read. */
import type { LookupAddress, LookupOptions } from 'node:dns';
import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';

export interface PostOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The only ones that are connected to. */
  readonly addresses: readonly LookupAddress[];
  readonly timeoutMs: number;
}

export type PostResult =
  /** `retryAfterMs`: so long the receiver asks to be left alone; null when it says nothing. */
  | { readonly kind: 'ANSWERED'; readonly status: number; readonly retryAfterMs: number | null }
  | { readonly kind: 'TIMEOUT' }
  | { readonly kind: 'UNREACHABLE' };

const MAX_RETRY_AFTER_MS = 86_400_000;

/** Never rejects. The certificate of a secure address is checked against its name, not against the address connected to. */
export function postOnce(options: PostOptions): Promise<PostResult> {
  const { url, headers, body, addresses, timeoutMs } = options;
  const send = url.protocol === 'https:' ? requestSecure : requestPlain;
  const timeOut = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve) => {
    const fail = (): void => resolve({ kind: timeOut.aborted ? 'TIMEOUT' : 'UNREACHABLE' });
    const request = send(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
      // A connection of its own: one that is kept might lead to an address that was checked for somebody else.
      agent: false,
      lookup: (_host, how, found) => answerLookup(addresses, how, found),
      signal: timeOut,
    });
    request.once('error', fail);
    request.once('close', fail);
    request.once('response', (response) => {
      resolve({ kind: 'ANSWERED', status: response.statusCode ?? 0, retryAfterMs: retryAfterOf(response.headers['retry-after']) });
      response.destroy();
    });
    request.end(body);
  });
}

type Found = (error: null, address: string | LookupAddress[], family?: number) => void;

function answerLookup(addresses: readonly LookupAddress[], how: LookupOptions, found: Found): void {
  const [first] = addresses;
  if (how.all === true || first === undefined) found(null, [...addresses]);
  else found(null, first.address, first.family);
}

/** Seconds only: a date would compare the clocks of two machines. */
function retryAfterOf(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,9}$/.test(header) ? Math.min(Number(header) * 1_000, MAX_RETRY_AFTER_MS) : null;
}
