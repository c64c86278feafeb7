/** The watchdog, as it describes itself; `fire-due-timers.ts` runs it. */
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { describeTopology, type TopologyDescription } from '@lead-router/stream/topology.ts';

export function watchdogTopology(version: string): TopologyDescription {
  return describeTopology({
    service: 'watchdog',
    version,
    purpose: 'tells the router when a clock has run out',
    flows: [
      {
        source: { kind: 'table', name: 'timers', purpose: 'due rows, leased' },
        delivery: { guarantee: 'at-least-once' },
        steps: [
          { name: 'fire', purpose: 'the due timer to the inbox, under the id of its lead or pool', sinks: ['inbox'] },
          { name: 'mark', purpose: 'fired, by id and generation: one that was set anew stays due', sinks: ['timers'] },
        ],
      },
    ],
    sinks: { inbox: { topic: TOPICS.inbox.topic }, timers: { table: 'timers' } },
  });
}
