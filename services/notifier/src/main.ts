/** The notifier as a process: the consumer that plans deliveries, the sender, and the publisher of receipts. */
import { loadConfig } from '@lead-router/config/load-config.ts';
import { answerKeys } from '@lead-router/contracts/answer-token.ts';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { openStoredContexts } from '@lead-router/contracts/context-codec.ts';
import { openDependencies, openRuleSets, waitFor } from '@lead-router/service-kit/open-dependencies.ts';
import { VERSION } from '@lead-router/service-kit/version.ts';
import { insertDeliveries } from '@lead-router/store/delivery-store.ts';
import { runServiceProcess } from '@lead-router/stream/process-main.ts';
import { runTopology } from '@lead-router/stream/run-topology.ts';
import { composeChannels } from './compose-channels.ts';
import { type NotifierConfig, notifierConfig } from './notifier-config.ts';
import { runLoops } from './run-loops.ts';
import { openMailServer } from './send-mail.ts';
import { notifierTopology } from './topology.ts';

const POSTGRES_CONNECTIONS = 6;
const MAIL_CONNECTIONS = 10;

/** Mails and webhooks take longer; what is decided in between comes along. */
const MIN_FETCH_INTERVAL_MS = 40;

await runServiceProcess({
  service: 'notifier',
  configure: (environment) => loadConfig(notifierConfig, environment),
  start: async (parts) => {
    const { config, clock } = parts;
    const { kafka, schemas, pool, close } = openDependencies(parts, {
      service: 'notifier',
      maxConnections: POSTGRES_CONNECTIONS,
      minFetchIntervalMs: MIN_FETCH_INTERVAL_MS,
    });
    const ruleSets = await openRuleSets(parts, { service: 'notifier', pool });
    const [decided, sla, delivery, inbox, contexts] = await waitFor(parts, 'registry', () =>
      Promise.all([
        openTopicCodec(schemas, 'decided'),
        openTopicCodec(schemas, 'sla'),
        openTopicCodec(schemas, 'delivery'),
        openTopicCodec(schemas, 'inbox'),
        openStoredContexts(schemas),
      ]),
    );
    const producer = await waitFor(parts, 'kafka', () => kafka.producer());
    const topology = notifierTopology({
      version: VERSION,
      decided,
      sla,
      ruleSets,
      clock,
      insertDeliveries: (planned) => insertDeliveries(pool, planned),
    });
    const running = await runTopology(topology, { ...parts, kafka });
    const server = mailServerOf(config);
    const links = config.answerLinks;
    const send = composeChannels({
      ...{ pool, decided, sla, contexts, ruleSets, server, clock, sendTimeoutMs: config.sendTimeoutMs },
      guard: { allowed: config.allowedNetworks },
      variable: (name) => process.env[name],
      links: links === null ? null : { baseUrl: links.baseUrl, key: answerKeys(links.key.reveal())[0] ?? '' },
      domain: config.mailDomain,
    });
    const loops = runLoops({ parts, pool, producer, codecs: { delivery, inbox }, send });
    return {
      topology: running.description,
      stop: async () => {
        await running.stop();
        await loops.stop();
        server?.close();
        await producer.disconnect();
        await ruleSets.stop();
        await close();
      },
    };
  },
});

function mailServerOf({ smtpUrl, sendTimeoutMs }: NotifierConfig) {
  return smtpUrl === null ? null : openMailServer({ url: smtpUrl.reveal(), timeoutMs: sendTimeoutMs, connections: MAIL_CONNECTIONS });
}
