/** The router, as it describes itself; `exactly-once-task.ts` runs it. */
import { CONSUMER_GROUPS } from '@lead-router/contracts/consumer-groups.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { describeTopology, type TopologyDescription } from '@lead-router/stream/topology.ts';

export const ROUTER_GROUP = CONSUMER_GROUPS.router.groupId;
export const TRANSACTIONAL_ID_PREFIX = 'router';
export const INBOX_SOURCE = 'inbox';

export function routerTopology(version: string): TopologyDescription {
  return describeTopology({
    service: 'router',
    version,
    purpose: 'decides who gets which lead, once',
    flows: [
      {
        source: { kind: 'topics', name: INBOX_SOURCE, topics: [TOPICS.inbox.topic], groupId: ROUTER_GROUP, writers: 'internal' },
        delivery: { guarantee: 'exactly-once', transactionalIdPrefix: TRANSACTIONAL_ID_PREFIX },
        steps: [
          { name: 'decode', purpose: 'bytes to messages; what cannot be read is a dead letter of the same batch', sinks: [] },
          { name: 'prepare', purpose: 'facts of each lead under the active rule set, and the locks they need', sinks: [] },
          {
            name: 'decide',
            purpose: 'one Postgres transaction: lock, decide the batch, write it with its outputs',
            sinks: ['state-of-routing'],
          },
          {
            name: 'emit',
            purpose: 'one Kafka transaction: outputs, wake-ups and the consumed offset',
            sinks: ['decided', 'state', 'sla', 'inbox'],
          },
        ],
      },
    ],
    sinks: {
      'state-of-routing': { table: 'leads, pools, timers, decisions' },
      decided: { topic: TOPICS.decided.topic },
      state: { topic: TOPICS.state.topic },
      sla: { topic: TOPICS.sla.topic },
      inbox: { topic: TOPICS.inbox.topic },
    },
  });
}
