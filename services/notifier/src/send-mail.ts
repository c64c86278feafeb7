/** The mail channel: one mail by SMTP with a Message-ID that is the same at every attempt, and an answer that is a value. */
import type { MailSender } from '@lead-router/domain/rule-set/communication.ts';
import { createTransport, type Transporter } from 'nodemailer';
import type { SendAnswer, SendFailureCode } from './send-deliveries.ts';

export interface Mail {
  readonly from: MailSender;
  readonly replyTo: string | null;
  /** One address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  /** With its angle brackets. */
  readonly messageId: string;
  /** Of the conversation that mail programs show it in; null for one of its own. */
  readonly thread: string | null;
  /** An answer to what somebody wrote, or a mail of our own accord: robots at the other end leave both alone. */
  readonly isReply: boolean;
}

export interface MailServerOptions {
  /** `smtp://user:password@host:port`, or `smtps:`; `?requireTLS=true` refuses to send in the clear. Holds a password. */
  readonly url: string;
  /** Of each exchange with the server, and of a whole mail. */
  readonly timeoutMs: number;
  readonly connections: number;
}

export interface MailServer {
  /** Never rejects. */
  send(mail: Mail): Promise<SendAnswer>;
  close(): void;
}

/** Connections are kept and used again; they are made when first needed. */
export function openMailServer({ url, timeoutMs, connections }: MailServerOptions): MailServer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: connections,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // What is in a mail comes from outside: it must never name a file or an address to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    send: async (mail) => {
      const timeOut = AbortSignal.timeout(timeoutMs);
      const late = new Promise<SendAnswer>((resolve) => {
        timeOut.addEventListener('abort', () => resolve(failed('LR_NOTIFIER_TIMEOUT', { detail: `no answer within ${timeoutMs} ms` })), {
          once: true,
        });
      });
      return Promise.race([sendOne(transport, mail), late]);
    },
    close: () => transport.close(),
  };
}

async function sendOne(transport: Transporter, mail: Mail): Promise<SendAnswer> {
  try {
    const info: unknown = await transport.sendMail({
      from: mail.from,
      // As an object: a text would be read as a list of addresses.
      to: { name: '', address: mail.to },
      ...(mail.replyTo === null ? {} : { replyTo: { name: '', address: mail.replyTo } }),
      subject: mail.subject,
      text: mail.text,
      ...(mail.html === null ? {} : { html: mail.html }),
      messageId: mail.messageId,
      ...(mail.thread === null ? {} : { references: [mail.thread] }),
      // RFC 3834: whoever answers mails by a program does not answer this one.
      headers: { 'auto-submitted': mail.isReply ? 'auto-replied' : 'auto-generated', 'x-auto-response-suppress': 'All' },
    });
    return { kind: 'ACCEPTED', status: statusIn(fieldOf(info, 'response')) ?? 250 };
  } catch (error) {
    return answerOf(error);
  }
}

const CONNECTION_CODES: ReadonlySet<unknown> = new Set(['ECONNECTION', 'ESOCKET', 'EDNS', 'ETLS', 'EPROTOCOL']);

/** A server's own words may repeat the address: only its codes are kept. */
function answerOf(error: unknown): SendAnswer {
  const [code, command] = [fieldOf(error, 'code'), fieldOf(error, 'command')];
  const given = fieldOf(error, 'responseCode');
  const status = typeof given === 'number' ? given : null;
  const enhanced = /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(String(fieldOf(error, 'response') ?? ''))?.[0];
  const said = `the mail server answered ${status}${enhanced === undefined ? '' : ` (${enhanced})`}`;
  // A login or sender that is refused is our fault, and can be mended before the next attempt.
  const isOfThisMail = (code === 'EENVELOPE' && command !== 'MAIL FROM') || code === 'EMESSAGE';
  if (status !== null && status >= 500 && isOfThisMail) return { kind: 'REFUSED', code: 'LR_NOTIFIER_MAIL_REFUSED', status, detail: said };
  if (status !== null)
    return failed('LR_NOTIFIER_STATUS', { status, detail: `${said}${typeof command === 'string' ? ` to ${command}` : ''}` });
  if (code === 'ETIMEDOUT') return failed('LR_NOTIFIER_TIMEOUT', { detail: 'the mail server did not answer in time' });
  if (CONNECTION_CODES.has(code)) return failed('LR_NOTIFIER_UNREACHABLE', { detail: 'the mail server cannot be reached' });
  throw error;
}

function failed(
  code: SendFailureCode,
  { detail, status = null }: { readonly detail: string; readonly status?: number | null },
): SendAnswer {
  return { kind: 'FAILED', code, status, detail };
}

function statusIn(response: unknown): number | null {
  const status = typeof response === 'string' ? /^\d{3}/.exec(response)?.[0] : undefined;
  return status === undefined ? null : Number(status);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
