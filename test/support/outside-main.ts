/** A mail server and a destination's server as a process that tests can kill: what they take is written to a file before it is answered for. */
import { appendFileSync } from 'node:fs';
import { startMailSink } from '@lead-router/cli/sinks/mail-sink.ts';
import { startWebhookSink } from '@lead-router/cli/sinks/webhook-sink.ts';

const [file = '', mailPort = '0', webhookPort = '0', webhookStatus = '204'] = process.argv.slice(2);
const keep = (kind: string, taken: object): void => appendFileSync(file, `${JSON.stringify({ kind, ...taken })}\n`);

/** Long enough to be killed in between. */
const SLOW_MS = 1_000;

const mail = await startMailSink({
  port: Number(mailPort),
  onMail: (taken) => keep('mail', taken),
  answersAfterMs: ({ to }) => (to.some((address) => address.startsWith('slow@')) ? SLOW_MS : 0),
  refuses: (address) => (address.startsWith('nobody@') ? 'no such mailbox' : null),
});
const status = Number(webhookStatus);
const webhook = await startWebhookSink({
  port: Number(webhookPort),
  status,
  onWebhook: (came) => keep(status < 300 ? 'webhook' : 'refused-webhook', came),
});
process.send?.({ smtpUrl: mail.url, webhookUrl: webhook.url });
// Never outlives the test.
process.once('disconnect', () => process.exit(0));
