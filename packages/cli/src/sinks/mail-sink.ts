/** A mail server that keeps what it is sent instead of passing it on: for trying things out, and for tests that need a real counterpart. */
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export interface SunkMail {
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  readonly to: readonly string[];
  readonly subject: string;
  readonly messageId: string;
  /** Header and body as they came. */
  readonly raw: string;
}

export interface MailSink {
  /** `smtp://127.0.0.1:…` */
  readonly url: string;
  close(): Promise<void>;
}

export interface MailSinkOptions {
  /** 0 takes a free one. */
  readonly port?: number;
  readonly onMail: (mail: SunkMail) => void;
  /** Asked for each recipient: a text refuses it for good, with that answer. */
  readonly refuses?: (address: string) => string | null;
  /** Milliseconds between keeping a mail and answering for it. */
  readonly answersAfterMs?: (mail: SunkMail) => number;
}

const MAX_MAIL_BYTES = 1_048_576;

/** Listens on this machine alone, without login and encryption. Each mail is kept before it is answered for. */
export async function startMailSink({ port = 0, onMail, refuses, answersAfterMs }: MailSinkOptions): Promise<MailSink> {
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAX_MAIL_BYTES,
    logger: false,
    onRcptTo: ({ address }, _session, done) => {
      const refusal = refuses?.(address) ?? null;
      done(refusal === null ? null : Object.assign(new Error(refusal), { responseCode: 550 }));
    },
    onData: (stream, session, done) => {
      text(stream).then(
        (raw) => {
          const to = session.envelope.rcptTo.map(({ address }) => address);
          const mail = { receivedAt: Date.now(), to, raw, subject: headerOf(raw, 'subject'), messageId: headerOf(raw, 'message-id') };
          onMail(mail);
          setTimeout(() => done(null), answersAfterMs?.(mail) ?? 0);
        },
        (error: Error) => done(error),
      );
    },
  });
  // Clients that vanish in the middle are theirs to report.
  server.on('error', () => undefined);
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('a server on a port has an address');
  return { url: `smtp://127.0.0.1:${address.port}`, close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** Folded lines joined, words in other alphabets (RFC 2047) decoded; empty when there is none. */
export function headerOf(raw: string, name: string): string {
  const [head = ''] = raw.split(/\r?\n\r?\n/, 1);
  const line = head
    .replaceAll(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/)
    .find((candidate) => candidate.toLowerCase().startsWith(`${name}:`));
  return decodeWords(line?.slice(name.length + 1).trim() ?? '');
}

const ENCODED = /=\?utf-8\?([bq])\?([^?]*)\?=(?:\s+(?==\?))?/gi;

function decodeWords(value: string): string {
  return value.replaceAll(ENCODED, (_whole, kind: string, word: string) =>
    kind.toLowerCase() === 'b' ? Buffer.from(word, 'base64').toString('utf8') : decodeQuoted(word.replaceAll('_', ' ')),
  );
}

/** Quoted-printable as text in UTF-8. */
export function decodeQuoted(encoded: string): string {
  const bytes = encoded
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
