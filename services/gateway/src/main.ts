/** The gateway as a process. */
import { loadConfig } from '@lead-router/config/load-config.ts';
import { answerKeys } from '@lead-router/contracts/answer-token.ts';
import { openCodec, openTopicCodec } from '@lead-router/contracts/codec.ts';
import type { SchemaSource } from '@lead-router/contracts/schema-source.ts';
import { activityTopic, intakeTopic, TOPICS, valueSubject } from '@lead-router/contracts/topics.ts';
import { openDependencies, waitFor } from '@lead-router/service-kit/open-dependencies.ts';
import { VERSION } from '@lead-router/service-kit/version.ts';
import { runServiceProcess } from '@lead-router/stream/process-main.ts';
import { runTopology } from '@lead-router/stream/run-topology.ts';
import { createGateway } from './compose.ts';
import { createDigests } from './digests.ts';
import { forgetOldKeys } from './forget-old-keys.ts';
import { type GatewayConfig, gatewayConfig } from './gateway-config.ts';
import { createPostgresGatewayStore } from './gateway-store.ts';
import { gatewayTopology } from './topology.ts';
import { watchDependencies } from './watch-dependencies.ts';

const POSTGRES_CONNECTIONS = 10;

await runServiceProcess({
  service: 'gateway',
  configure: (environment) => loadConfig(gatewayConfig, environment),
  start: async (parts) => {
    const { config, clock, logger, metrics, health } = parts;
    const { kafka, schemas, pool, close } = openDependencies(parts, { service: 'gateway', maxConnections: POSTGRES_CONNECTIONS });
    const store = createPostgresGatewayStore(pool);
    const codecs = await waitFor(parts, 'registry', () => openCodecs(schemas, config));
    await waitFor(parts, 'postgres', () => store.ping());
    const producer = await waitFor(parts, 'kafka', () => kafka.producer());
    const digests = createDigests(config.identityKey.reveal());
    const { submitted, inbox } = codecs;
    const gateway = await createGateway({
      ...{ store, producer, submitted, inbox, digests, clock, logger, metrics },
      version: VERSION,
      maxRequestsPerSecond: config.http.maxRequestsPerSecond,
      answerKeys: config.answerLinkKey === null ? [] : answerKeys(config.answerLinkKey.reveal()),
    });
    const topology = gatewayTopology({
      ...codecs,
      version: VERSION,
      vendors: config.intakeVendors,
      systems: config.activitySystems,
      digests,
      now: () => clock.now(),
      recordSubmissions: (rows) => store.recordSubmissions(rows),
    });
    const running = await runTopology(topology, { ...parts, kafka });
    const stopping = new AbortController();
    const background = Promise.all([
      forgetOldKeys({ store, clock, logger, signal: stopping.signal }),
      watchDependencies({
        probes: { postgres: () => store.ping(), kafka: () => kafka.admin.partitionCount(TOPICS.submitted.topic) },
        ...{ health, clock, signal: stopping.signal },
      }),
    ]);
    const apiUrl = await gateway.app.listen({ port: config.http.port, host: config.http.host });
    return {
      topology: topology.description,
      announce: { apiUrl },
      stop: async () => {
        stopping.abort();
        await Promise.all([gateway.stop(), running.stop(), background]);
        await producer.disconnect();
        await close();
      },
    };
  },
});

async function openCodecs(schemas: SchemaSource, config: GatewayConfig) {
  const [vendor] = config.intakeVendors;
  const [system] = config.activitySystems;
  // Values name their writer's schema by id, so one codec reads all intake topics, whatever version each vendor writes.
  return {
    submitted: await openTopicCodec(schemas, 'submitted'),
    inbox: await openTopicCodec(schemas, 'inbox'),
    leadIntake:
      vendor === undefined ? null : await openCodec(schemas, { subject: valueSubject(intakeTopic(vendor)), record: 'LeadIntake' }),
    activityIntake:
      system === undefined ? null : await openCodec(schemas, { subject: valueSubject(activityTopic(system)), record: 'ActivityIntake' }),
  };
}
