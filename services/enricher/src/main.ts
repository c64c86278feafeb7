/** The enricher as a process. */
import { loadConfig } from '@lead-router/config/load-config.ts';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { createIdentityHasher } from '@lead-router/service-kit/identity-hasher.ts';
import { openDependencies, openRuleSets, waitFor } from '@lead-router/service-kit/open-dependencies.ts';
import { identityKeyConfig, serviceConfig } from '@lead-router/service-kit/service-config.ts';
import { VERSION } from '@lead-router/service-kit/version.ts';
import { runServiceProcess } from '@lead-router/stream/process-main.ts';
import { runTopology } from '@lead-router/stream/run-topology.ts';
import { enricherTopology } from './topology.ts';

await runServiceProcess({
  service: 'enricher',
  configure: (environment) => loadConfig((read) => ({ ...serviceConfig(read), identityKey: identityKeyConfig(read) }), environment),
  start: async (parts) => {
    const { kafka, schemas, pool, close } = openDependencies(parts, { service: 'enricher', maxConnections: 2 });
    const ruleSets = await openRuleSets(parts, { service: 'enricher', pool });
    const [submitted, enriched] = await waitFor(parts, 'registry', () =>
      Promise.all([openTopicCodec(schemas, 'submitted'), openTopicCodec(schemas, 'enriched')]),
    );
    const topology = enricherTopology({
      version: VERSION,
      submitted,
      enriched,
      ruleSets,
      hashIdentity: createIdentityHasher(parts.config.identityKey.reveal()),
      clock: parts.clock,
    });
    const running = await runTopology(topology, { ...parts, kafka });
    return {
      topology: running.description,
      stop: async () => {
        await running.stop();
        await ruleSets.stop();
        await close();
      },
    };
  },
});
