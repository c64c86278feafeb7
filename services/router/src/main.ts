/** The router as a process. */
import { loadConfig } from '@lead-router/config/load-config.ts';
import { CodecFault } from '@lead-router/contracts/codec-fault.ts';
import { poolTimerId } from '@lead-router/contracts/ids.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { createIdentityHasher } from '@lead-router/service-kit/identity-hasher.ts';
import { openDependencies, openRuleSets, waitFor } from '@lead-router/service-kit/open-dependencies.ts';
import { identityKeyConfig, serviceConfig } from '@lead-router/service-kit/service-config.ts';
import { VERSION } from '@lead-router/service-kit/version.ts';
import { createPostgresRouterStore } from '@lead-router/store/postgres-router-store.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import { defaultBreaker } from '@lead-router/stream/dead-letter-breaker.ts';
import { createExactlyOnceTasks } from '@lead-router/stream/exactly-once-task.ts';
import { KafkaFault } from '@lead-router/stream/kafka-port.ts';
import { runServiceProcess } from '@lead-router/stream/process-main.ts';
import { runExactlyOnce } from '@lead-router/stream/run-exactly-once.ts';
import { openContractWire } from './contract-wire.ts';
import { exactlyOnceObserver, routerObserver } from './observers.ts';
import { createRouterLedger } from './router-ledger.ts';
import { INBOX_SOURCE, ROUTER_GROUP, routerTopology, TRANSACTIONAL_ID_PREFIX } from './topology.ts';

/** A transaction and a look beforehand for each partition, and the rule sets. */
const CONNECTIONS_PER_PARTITION = 2;

/** While one transaction is being written, the next is read; a third would wait for the locks of both. */
const LANES = 2;

await runServiceProcess({
  service: 'router',
  configure: (environment) =>
    loadConfig(
      (read) => ({
        ...serviceConfig(read),
        identityKey: identityKeyConfig(read),
        maxBatchRecords: read.integer({
          name: 'ROUTER_BATCH_RECORDS',
          purpose: 'most records decided in one transaction',
          example: 1500,
          fallback: 1500,
          min: 1,
          max: 5000,
        }),
        deadLettersInRow: read.integer({
          name: 'ROUTER_DEAD_LETTERS_IN_ROW',
          purpose: 'so many records in a row that cannot be used stop their partition',
          example: 50,
          fallback: defaultBreaker.maxInRow,
          min: 1,
          max: 1_000_000,
        }),
        wakeupsPerPool: read.integer({
          name: 'ROUTER_WAKEUPS_PER_POOL',
          purpose: 'most waiting leads of one pool that one batch wakes',
          example: 200,
          fallback: 200,
          min: 1,
          max: 5000,
        }),
      }),
      environment,
    ),
  start: async (parts) => {
    const { config, clock, random, onFault } = parts;
    const { kafka, schemas, pool, close } = openDependencies(parts, {
      service: 'router',
      maxConnections: CONNECTIONS_PER_PARTITION * TOPICS.inbox.partitions + 1,
    });
    const ruleSets = await openRuleSets(parts, { service: 'router', pool });
    const wire = await waitFor(parts, 'registry', () => openContractWire(schemas, { version: VERSION }));
    const observing = { ...parts, topic: TOPICS.inbox.topic };
    const ledger = createRouterLedger({
      store: createPostgresRouterStore(pool, { poolTimerId }),
      wire,
      ruleSets,
      hashIdentity: createIdentityHasher(config.identityKey.reveal()),
      clock,
      random,
      observer: routerObserver(observing),
      wakeupsPerPool: config.wakeupsPerPool,
      lanes: LANES,
      breaker: { ...defaultBreaker, maxInRow: config.deadLettersInRow },
    });
    const tasks = createExactlyOnceTasks({
      kafka,
      ledger,
      clock,
      random,
      groupId: ROUTER_GROUP,
      topic: TOPICS.inbox.topic,
      transactionalIdPrefix: TRANSACTIONAL_ID_PREFIX,
      maxBatchRecords: config.maxBatchRecords,
      observer: exactlyOnceObserver(observing),
      isTransient: (error) =>
        error instanceof KafkaFault ||
        error instanceof StoreFault ||
        (error instanceof CodecFault && error.code === 'LR_CODEC_REGISTRY_UNAVAILABLE'),
      onFault,
    });
    const runtime = { ...parts, kafka };
    const running = await waitFor(parts, 'kafka', () =>
      runExactlyOnce({ runtime, tasks, groupId: ROUTER_GROUP, topic: TOPICS.inbox.topic, source: INBOX_SOURCE }),
    );
    return {
      topology: routerTopology(VERSION),
      stop: async () => {
        await running.stop();
        await ruleSets.stop();
        await close();
      },
    };
  },
});
