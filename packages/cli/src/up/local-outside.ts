/**
 * The outside world of a local installation: a mail server and a destination's webhook that keep what they are sent, so that one
 * sees what owners and leads would get, and can answer by the links. Settings of the environment that name real ones come first.
 */
import { decodeQuoted, type SunkMail, startMailSink } from '../sinks/mail-sink.ts';
import { type SunkWebhook, startWebhookSink } from '../sinks/webhook-sink.ts';

export interface OutsideView {
  readonly mails: number;
  readonly webhooks: number;
  /** The latest last, a line each; no address of a lead. */
  readonly last: readonly string[];
  /** To accept the lead of the latest mail that has such a link. */
  readonly answerUrl: string | null;
}

export interface LocalOutside {
  /** Settings that lead there. */
  readonly env: Readonly<Record<string, string>>;
  view(): OutsideView;
  close(): Promise<void>;
}

export interface OutsideOptions {
  /** What the rules' webhooks are signed with. */
  readonly webhookSecret: string;
}

const KEPT = 4;

export async function startLocalOutside({ webhookSecret }: OutsideOptions): Promise<LocalOutside> {
  const counts = { mails: 0, webhooks: 0 };
  let last: readonly string[] = [];
  let answerUrl: string | null = null;
  const note = (at: number, line: string): void => {
    last = [...last, `${new Date(at).toISOString().slice(11, 19)} ${line}`].slice(-KEPT);
  };
  const mail = await startMailSink({
    onMail: (taken) => {
      counts.mails += 1;
      note(taken.receivedAt, mailLine(taken));
      answerUrl = answerUrlIn(taken) ?? answerUrl;
    },
  });
  const webhook = await startWebhookSink({
    onWebhook: (taken) => {
      counts.webhooks += 1;
      note(taken.receivedAt, webhookLine(taken));
    },
  });
  return {
    env: {
      NOTIFIER_SMTP_URL: mail.url,
      NOTIFIER_ALLOWED_NETWORKS: '127.0.0.0/8',
      SERVICE_WEBHOOK_URL: webhook.url,
      SERVICE_WEBHOOK_SECRET: webhookSecret,
    },
    view: () => ({ ...counts, last, answerUrl }),
    close: async () => {
      await Promise.all([mail.close(), webhook.close()]);
    },
  };
}

/** Whoever a reply goes to is the lead: that address is shown to nobody. */
function mailLine({ to, subject, messageId }: SunkMail): string {
  return `mail to ${messageId.includes('.reply@') ? 'the lead' : to.join(', ')}: ${subject}`;
}

function webhookLine({ body, id }: SunkWebhook): string {
  const parsed: unknown = JSON.parse(body);
  const type: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'type') : null;
  return `webhook ${String(type)}: ${id}`;
}

function answerUrlIn({ raw }: SunkMail): string | null {
  return /Accept: (https?:\/\/\S+)/.exec(decodeQuoted(raw))?.[1] ?? null;
}
