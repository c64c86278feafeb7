/** The notifier's settings. */
import type { EnvironmentReader } from '@lead-router/config/environment-reader.ts';
import type { Secret } from '@lead-router/config/secret.ts';
import { answerLinkKeyConfig, type ServiceConfig, serviceConfig } from '@lead-router/service-kit/service-config.ts';
import { type Network, parseNetwork } from './checked-address.ts';
import { STANDARD_DELAYS_MS } from './retry-schedule.ts';

export interface NotifierConfig extends ServiceConfig {
  readonly pollIntervalMs: number;
  readonly sendTimeoutMs: number;
  readonly leaseMs: number;
  readonly retryDelaysMs: readonly number[];
  /** null: no mail can be sent. */
  readonly smtpUrl: Secret | null;
  readonly mailDomain: string;
  readonly allowedNetworks: readonly Network[];
  /** null: mails have no links to answer by. */
  readonly answerLinks: { readonly baseUrl: string; readonly key: Secret } | null;
}

const SECOND_MS = 1_000;

export const notifierConfig = (read: EnvironmentReader): NotifierConfig => ({
  ...serviceConfig(read),
  ...timesOf(read),
  smtpUrl: smtpUrlOf(read),
  mailDomain: read.text({
    name: 'NOTIFIER_MAIL_DOMAIN',
    purpose: 'right side of every Message-ID: a domain of your own, that stays the same',
    example: 'leads.example.com',
    fallback: 'lead-router.invalid',
    pattern: /^[a-z0-9-]+(\.[a-z0-9-]+)*$/,
  }),
  allowedNetworks: networksOf(read),
  answerLinks: answerLinksOf(read),
});

function timesOf(read: EnvironmentReader): Pick<NotifierConfig, 'pollIntervalMs' | 'sendTimeoutMs' | 'leaseMs' | 'retryDelaysMs'> {
  const sendTimeoutMs = read.integer({
    name: 'NOTIFIER_SEND_TIMEOUT_MS',
    purpose: 'how long a receiver may take to answer',
    example: 10_000,
    fallback: 10_000,
    min: 100,
    max: 60_000,
  });
  const leaseMs = read.integer({
    name: 'NOTIFIER_LEASE_MS',
    purpose: 'how long a sender keeps a delivery to itself; what a killed one held goes out again after so long',
    example: 30_000,
    fallback: 30_000,
    min: 500,
    max: 600_000,
  });
  if (leaseMs < 2 * sendTimeoutMs) read.fault('NOTIFIER_LEASE_MS', 'has to be at least twice NOTIFIER_SEND_TIMEOUT_MS');
  return {
    sendTimeoutMs,
    leaseMs,
    pollIntervalMs: read.integer({
      name: 'NOTIFIER_POLL_MS',
      purpose: 'how often due deliveries are looked for',
      example: 250,
      fallback: 250,
      min: 10,
      max: 60_000,
    }),
    retryDelaysMs: read
      .list({
        name: 'NOTIFIER_RETRY_SECONDS',
        purpose: 'seconds before the second attempt, the third and so on; after the last the delivery is given up',
        example: ['5', '300', '1800'],
        fallback: STANDARD_DELAYS_MS.map((delay) => String(delay / SECOND_MS)),
        pattern: /^\d{1,6}(\.\d{1,3})?$/,
      })
      .map((seconds) => Number(seconds) * SECOND_MS),
  };
}

function smtpUrlOf(read: EnvironmentReader): Secret | null {
  const name = 'NOTIFIER_SMTP_URL';
  const url = read.optionalSecret({ name, purpose: 'mail server, smtp://user:password@host:port or smtps://', example: '' });
  if (url !== null && !['smtp:', 'smtps:'].includes(URL.parse(url.reveal())?.protocol ?? ''))
    read.fault(name, 'has to start with smtp:// or smtps:// (smtp://user:password@host:port)');
  return url;
}

function networksOf(read: EnvironmentReader): readonly Network[] {
  const name = 'NOTIFIER_ALLOWED_NETWORKS';
  const texts = read.list({
    name,
    purpose: 'networks that webhooks may reach although they are not public',
    example: ['10.20.0.0/16'],
    fallback: [],
  });
  return texts.flatMap((text) => {
    const network = parseNetwork(text);
    if (network !== null) return [network];
    read.fault(name, `holds ${text}, which is no network: write 10.20.0.0/16, fd00::/8 or one address`);
    return [];
  });
}

function answerLinksOf(read: EnvironmentReader): NotifierConfig['answerLinks'] {
  const baseUrl = read.optionalText({
    name: 'ANSWER_LINK_URL',
    purpose: 'where people reach the gateway, for links in mails',
    example: 'https://leads.example.com',
  });
  const key = answerLinkKeyConfig(read);
  if ((baseUrl === null) !== (key === null)) read.fault('ANSWER_LINK_KEY', 'has to be set together with ANSWER_LINK_URL');
  if (baseUrl === null || key === null) return null;
  if (!['http:', 'https:'].includes(URL.parse(baseUrl)?.protocol ?? ''))
    read.fault('ANSWER_LINK_URL', 'has to start with https:// or http://');
  return { baseUrl: baseUrl.replace(/\/+$/, ''), key };
}
