/** The notifier as a process: the consumer that plans deliveries, and the sender. */
import { loadConfig } from '@lead-router/config/load-config.ts';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { receiptEventId } from '@lead-router/contracts/ids.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { openDependencies, openRuleSets, waitFor } from '@lead-router/service-kit/open-dependencies.ts';
import { serviceConfig } from '@lead-router/service-kit/service-config.ts';
import { VERSION } from '@lead-router/service-kit/version.ts';
import { finishDeliveries, insertDeliveries, leaseDeliveries } from '@lead-router/store/delivery-store.ts';
import { runPollingLoop } from '@lead-router/stream/polling-loop.ts';
import { runServiceProcess } from '@lead-router/stream/process-main.ts';
import { runTopology } from '@lead-router/stream/run-topology.ts';
import { type Attempt, type SendOptions, sendDueDeliveries } from './send-deliveries.ts';
import { deliveryIdOf, sendWebhook } from './send-webhook.ts';
import { notifierTopology } from './topology.ts';

const SENDS_AT_ONCE = 50;
const SEND_TIMEOUT_MS = 10_000;
const LEASE_MS = 30_000;

await runServiceProcess({
  service: 'notifier',
  configure: (environment) =>
    loadConfig(
      (read) => ({
        ...serviceConfig(read),
        pollIntervalMs: read.integer({
          name: 'NOTIFIER_POLL_MS',
          purpose: 'how often due deliveries are looked for',
          example: 250,
          fallback: 250,
          min: 10,
          max: 60_000,
        }),
      }),
      environment,
    ),
  start: async (parts) => {
    const { config, clock, random, metrics, health, logger } = parts;
    const { kafka, schemas, pool, close } = openDependencies(parts, { service: 'notifier', maxConnections: 4 });
    const ruleSets = await openRuleSets(parts, { service: 'notifier', pool });
    const [decided, delivery] = await waitFor(parts, 'registry', () =>
      Promise.all([openTopicCodec(schemas, 'decided'), openTopicCodec(schemas, 'delivery')]),
    );
    const producer = await waitFor(parts, 'kafka', () => kafka.producer());

    const receiptOf = ({ delivery: sent, outcome, status, errorCode, durationMs }: Attempt) => {
      const deliveryId = deliveryIdOf(sent);
      const now = clock.now();
      const envelope = toEnvelope({
        eventId: receiptEventId(deliveryId, sent.attempt),
        leadId: sent.leadId,
        occurredAt: now,
        recordedAt: now,
      });
      const { destinationId, revision, attempt } = sent;
      const value = delivery.encode({
        envelope,
        deliveryId,
        destinationId,
        channel: 'WEBHOOK',
        revision,
        attempt,
        outcome,
        status,
        errorCode,
        durationMs,
      });
      return { topic: TOPICS.delivery.topic, key: sent.leadId, value };
    };

    const topology = notifierTopology({
      version: VERSION,
      decided,
      ruleSets,
      clock,
      insertDeliveries: (deliveries) => insertDeliveries(pool, deliveries),
    });
    const running = await runTopology(topology, { ...parts, kafka });
    const stopping = new AbortController();
    const sending: SendOptions = {
      lease: (request) => leaseDeliveries(pool, request),
      finish: (outcomes) => finishDeliveries(pool, outcomes),
      send: (leased) =>
        sendWebhook(
          {
            destinationOf: (id) => ruleSets.current().ruleSet.destinations.get(id),
            secret: (variable) => process.env[variable],
            now: () => clock.now(),
            timeoutMs: SEND_TIMEOUT_MS,
          },
          leased,
        ),
      receipts: (attempts) => producer.send(attempts.map(receiptOf)),
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
