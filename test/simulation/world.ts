/** Everything that outlives the processes of one simulated run: broker, database, codecs, and what went wrong. */

import { type CodecFor, openTopicCodec } from '@lead-router/contracts/codec.ts';
import { poolTimerId } from '@lead-router/contracts/ids.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import { deadLetterTopic, TOPICS } from '@lead-router/contracts/topics.ts';
import { openContractWire } from '@lead-router/router/contract-wire.ts';
import type { RouterWire } from '@lead-router/router/router-wire.ts';
import { ROUTER_GROUP } from '@lead-router/router/topology.ts';
import { MemoryBroker } from '@lead-router/testkit/memory-broker.ts';
import { MemoryDatabase } from '@lead-router/testkit/memory-database.ts';
import { createRandom, type Random } from '@lead-router/testkit/random.ts';
import { Scheduler } from '@lead-router/testkit/scheduler.ts';
import { SIMULATION_START } from './simulation-rules.ts';

/** The same for all runs: opened once a process. */
export interface Codecs {
  readonly wire: RouterWire;
  readonly inbox: CodecFor<'InboxEvent'>;
  readonly decided: CodecFor<'LeadDecided'>;
  readonly state: CodecFor<'LeadState'>;
  readonly sla: CodecFor<'LeadSla'>;
}

export interface World {
  readonly seed: number;
  readonly scheduler: Scheduler;
  readonly broker: MemoryBroker;
  readonly database: MemoryDatabase;
  readonly codecs: Codecs;
  readonly partitions: number;
  /** Draws what the run looks like; apart from the scheduler's, so that a change of one does not shift the other. */
  readonly shape: Random;
  /** What must not happen and did; the first one ends the run. */
  readonly problems: string[];
}

export const ROUTER_DEAD_LETTERS = deadLetterTopic('router');

export async function openCodecs(): Promise<Codecs> {
  const schemas = createMemorySchemas();
  const [wire, inbox, decided, state, sla] = await Promise.all([
    openContractWire(schemas, { version: 'simulation' }),
    openTopicCodec(schemas, 'inbox'),
    openTopicCodec(schemas, 'decided'),
    openTopicCodec(schemas, 'state'),
    openTopicCodec(schemas, 'sla'),
  ]);
  return { wire, inbox, decided, state, sla };
}

export function createWorld(codecs: Codecs, options: { readonly seed: number; readonly onStep?: (line: string) => void }): World {
  const { seed, onStep } = options;
  const shape = createRandom(seed ^ 0x5eed);
  const scheduler = new Scheduler({ seed, startAt: SIMULATION_START, ...(onStep ? { onStep } : {}) });
  const partitions = 2 + shape.int(2);
  const broker = new MemoryBroker({ scheduler });
  for (const { topic } of [TOPICS.inbox, TOPICS.decided, TOPICS.state, TOPICS.sla]) broker.createTopic(topic, partitions);
  broker.createTopic(ROUTER_DEAD_LETTERS, 1);
  for (const { at } of broker.logs(TOPICS.inbox.topic)) broker.group(ROUTER_GROUP).commit(at, 0);
  const database = new MemoryDatabase({ scheduler, partitions, activeRuleVersion: 1, poolTimerId: poolTimerId });
  return { seed, scheduler, broker, database, codecs, partitions, shape, problems: [] };
}
