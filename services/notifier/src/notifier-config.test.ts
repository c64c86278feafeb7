import { ConfigError } from '@lead-router/config/config-error.ts';
import { loadConfig } from '@lead-router/config/load-config.ts';
import { describe, expect, test } from 'vitest';
import { notifierConfig } from './notifier-config.ts';
import { STANDARD_DELAYS_MS } from './retry-schedule.ts';

const NEEDED = {
  KAFKA_BROKERS: '127.0.0.1:9092',
  SCHEMA_REGISTRY_URL: 'http://127.0.0.1:8081',
  DATABASE_URL: 'postgres://127.0.0.1/leads',
};
const KEY = 'k'.repeat(32);
const load = (settings: Readonly<Record<string, string>>) => loadConfig(notifierConfig, { ...NEEDED, ...settings });

function faults(settings: Readonly<Record<string, string>>): readonly string[] {
  try {
    load(settings);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ variable }) => variable);
    throw error;
  }
}

describe('the settings of the notifier', () => {
  test('are safe without any: no mail, no links, public addresses only, the standard schedule', () => {
    expect(load({})).toMatchObject({ smtpUrl: null, answerLinks: null, allowedNetworks: [], retryDelaysMs: STANDARD_DELAYS_MS });
  });

  test('give links an address and a key, and a schedule in fractions of seconds', () => {
    const config = load({ ANSWER_LINK_URL: 'https://leads.example.com/', ANSWER_LINK_KEY: KEY, NOTIFIER_RETRY_SECONDS: '0.5,2' });
    expect(config.answerLinks?.baseUrl).toBe('https://leads.example.com');
    expect(config.retryDelaysMs).toEqual([500, 2_000]);
    expect(JSON.stringify(config)).not.toContain(KEY);
  });

  test.each([
    ['links without a key', { ANSWER_LINK_URL: 'https://leads.example.com' }, 'ANSWER_LINK_KEY'],
    ['a key that can be guessed', { ANSWER_LINK_URL: 'https://leads.example.com', ANSWER_LINK_KEY: 'short' }, 'ANSWER_LINK_KEY'],
    ['links that lead nowhere', { ANSWER_LINK_URL: 'leads', ANSWER_LINK_KEY: KEY }, 'ANSWER_LINK_URL'],
    ['a mail server that is none', { NOTIFIER_SMTP_URL: 'http://mail.example.com' }, 'NOTIFIER_SMTP_URL'],
    ['a network that is none', { NOTIFIER_ALLOWED_NETWORKS: '10.0.0.0/8,localhost' }, 'NOTIFIER_ALLOWED_NETWORKS'],
    ['a lease that an attempt outlives', { NOTIFIER_LEASE_MS: '1000', NOTIFIER_SEND_TIMEOUT_MS: '1000' }, 'NOTIFIER_LEASE_MS'],
    ['a schedule that is none', { NOTIFIER_RETRY_SECONDS: '5s' }, 'NOTIFIER_RETRY_SECONDS'],
  ] as const)('with %s are refused', (_name, settings, variable) => {
    expect(faults(settings)).toEqual([variable]);
  });
});
