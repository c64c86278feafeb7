/** The mail channel against a real SMTP server. */
import { createServer } from 'node:net';
import { decodeQuoted, type MailSink, type SunkMail, startMailSink } from '@lead-router/cli/sinks/mail-sink.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { type Mail, openMailServer } from './send-mail.ts';

const mail: Mail = {
  from: { name: 'Desk', address: 'desk@example.com' },
  replyTo: 'desk@example.com',
  to: 'ann@example.com',
  subject: 'Z\u00fcrich calls\r\nBcc: spy@example.com',
  text: 'a price for 200 phones',
  html: '<p>a price</p>',
  messageId: '<lead.1.email@leads.example.com>',
  thread: '<lead@leads.example.com>',
  isReply: false,
};

let sinks: readonly MailSink[] = [];
let taken: readonly SunkMail[] = [];

afterEach(async () => {
  await Promise.all(sinks.map((sink) => sink.close()));
  sinks = [];
  taken = [];
});

async function send(known: Partial<Mail> = {}, options: { readonly timeoutMs?: number; readonly answersAfterMs?: number } = {}) {
  const sink = await startMailSink({
    onMail: (one) => {
      taken = [...taken, one];
    },
    refuses: (address) => (address.startsWith('nobody') ? `no mailbox ${address}` : null),
    answersAfterMs: () => options.answersAfterMs ?? 0,
  });
  sinks = [...sinks, sink];
  const server = openMailServer({ url: sink.url, timeoutMs: options.timeoutMs ?? 5_000, connections: 2 });
  try {
    return await server.send({ ...mail, ...known });
  } finally {
    server.close();
  }
}

describe('a mail', () => {
  test('has the Message-ID that it was given, a thread, and tells robots to leave it alone', async () => {
    expect(await send()).toEqual({ kind: 'ACCEPTED', status: 250 });
    const [{ raw, ...rest } = { raw: '' }] = taken;
    expect(rest).toMatchObject({ to: ['ann@example.com'], messageId: mail.messageId });
    expect(raw).toMatch(/^References: <lead@leads\.example\.com>/m);
    expect(raw).toMatch(/^Auto-Submitted: auto-generated/im);
    expect(decodeQuoted(raw)).toContain('a price for 200 phones');
  });

  test('never gets a header or a recipient out of what somebody wrote', async () => {
    await send();
    const [{ raw, to, subject } = { raw: '', to: [], subject: '' }] = taken;
    expect(raw).not.toMatch(/^Bcc:/im);
    expect(to).toEqual(['ann@example.com']);
    expect(subject).toContain('Z\u00fcrich calls');
  });

  test('that nobody takes is refused for good, without the address in what is kept', async () => {
    const answer = await send({ to: 'nobody@example.com' });
    expect(answer).toMatchObject({ kind: 'REFUSED', code: 'LR_NOTIFIER_MAIL_REFUSED', status: 550 });
    expect(JSON.stringify(answer)).not.toContain('nobody');
  });

  test('whose server does not answer in time may be sent again', async () => {
    expect(await send({}, { timeoutMs: 200, answersAfterMs: 1_000 })).toMatchObject({ kind: 'FAILED', code: 'LR_NOTIFIER_TIMEOUT' });
    expect(taken).toHaveLength(1);
  });

  test('whose server is not there may be sent again', async () => {
    const port = await freePort();
    const server = openMailServer({ url: `smtp://127.0.0.1:${port}`, timeoutMs: 2_000, connections: 1 });
    expect(await server.send(mail)).toMatchObject({ kind: 'FAILED', code: 'LR_NOTIFIER_UNREACHABLE', status: null });
    server.close();
  });
});

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    }),
  );
}
