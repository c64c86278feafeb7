/** The notifier as a process: the consumer that plans deliveries, and the sender. */
import type { EnvironmentReader } from '@lead-router/config/environment-reader.ts';
import { loadConfig } from '@lead-router/config/load-config.ts';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { openDependencies, openRuleSets, waitFor } from '@lead-router/service-kit/open-dependencies.ts';
import { serviceConfig } from '@lead-router/service-kit/service-config.ts';
import { VERSION } from '@lead-router/service-kit/version.ts';
import { finishDeliveries, insertDeliveries, leaseDeliveries } from '@lead-router/store/delivery-store.ts';
import { runPollingLoop } from '@lead-router/stream/polling-loop.ts';
import { runServiceProcess } from '@lead-router/stream/process-main.ts';
import { runTopology } from '@lead-router/stream/run-topology.ts';
import { receiptRecord } from './delivery-receipt.ts';
import { type SendOptions, sendDueDeliveries } from './send-deliveries.ts';
import { sendWebhook, type WebhookOptions } from './send-webhook.ts';
import { notifierTopology } from './topology.ts';

const SENDS_AT_ONCE = 50;
const SEND_TIMEOUT_MS = 10_000;
const LEASE_MS = 30_000;

await runServiceProcess({
  service: 'notifier',
  configure: (environment) => loadConfig((read) => ({ ...serviceConfig(read), pollIntervalMs: pollInterval(read) }), environment),
  start: async (parts) => {
    const { config, clock, random, metrics, health, logger } = parts;
    const { kafka, schemas, pool, close } = openDependencies(parts, { service: 'notifier', maxConnections: 4 });
    const ruleSets = await openRuleSets(parts, { service: 'notifier', pool });
    const [decided, delivery] = await waitFor(parts, 'registry', () =>
      Promise.all([openTopicCodec(schemas, 'decided'), openTopicCodec(schemas, 'delivery')]),
    );
    const producer = await waitFor(parts, 'kafka', () => kafka.producer());

    const topology = notifierTopology({
      version: VERSION,
      decided,
      ruleSets,
      clock,
      insertDeliveries: (deliveries) => insertDeliveries(pool, deliveries),
    });
    const running = await runTopology(topology, { ...parts, kafka });
    const stopping = new AbortController();
    const webhook: WebhookOptions = {
      destinationOf: (id) => ruleSets.current().ruleSet.destinations.get(id),
      secret: (variable) => process.env[variable],
      now: () => clock.now(),
      timeoutMs: SEND_TIMEOUT_MS,
    };
    const sending: SendOptions = {
      lease: (request) => leaseDeliveries(pool, request),
      finish: (outcomes) => finishDeliveries(pool, outcomes),
      send: (leased) => sendWebhook(webhook, leased),
      receipts: (attempts) => producer.send(attempts.map((attempt) => receiptRecord(delivery, attempt, clock.now()))),
      clock,
      random,
      limit: SENDS_AT_ONCE,
      leaseMs: LEASE_MS,
    };
    const loop = runPollingLoop({
      round: () => sendDueDeliveries(sending),
      limit: SENDS_AT_ONCE,
      clock,
      pollIntervalMs: config.pollIntervalMs,
      signal: stopping.signal,
      onRound: (attempts) => {
        health.dependency('deliveries', { up: true });
        for (const { outcome } of attempts) metrics.deliveries.inc({ channel: 'webhook', outcome: outcome.toLowerCase() });
      },
      onFailure: (error, backOffMs) => {
        health.dependency('deliveries', { up: false, detail: error instanceof Error ? error.message : String(error) });
        logger.warn({ error, backOffMs }, 'a round of sending failed; trying again');
      },
    });
    return {
      topology: running.description,
      stop: async () => {
        stopping.abort();
        await running.stop();
        await loop;
        await producer.disconnect();
        await ruleSets.stop();
        await close();
      },
    };
  },
});

function pollInterval(read: EnvironmentReader): number {
  return read.integer({
    name: 'NOTIFIER_POLL_MS',
    purpose: 'how often due deliveries are looked for',
    example: 250,
    fallback: 250,
    min: 10,
    max: 60_000,
  });
}
