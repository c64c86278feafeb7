/**
 * Groups the records of a produce call by partition in one pass. kafkajs copies a partition's list anew for each of its records, which
 * is quadratic: at 500 records a partition one part in thirty of what enricher, scorer and router do, and as much garbage. kafkajs takes its
 * function when it is loaded, so this module puts the other one there first: import it before kafkajs. Version 2.2.4 is pinned; a test holds
 * both to the same groups.
 */

import { createRequire } from 'node:module';

const path = 'kafkajs/src/producer/groupMessagesPerPartition.js';

interface Grouping<Message> {
  readonly topic: string;
  readonly partitionMetadata: readonly unknown[];
  readonly messages: readonly Message[];
  readonly partitioner: (request: {
    readonly topic: string;
    readonly partitionMetadata: readonly unknown[];
    readonly message: Message;
  }) => number;
}

export type GroupByPartition = <Message>(grouping: Grouping<Message>) => Record<number, Message[]>;

export const groupByPartition: GroupByPartition = <Message>({ topic, partitionMetadata, messages, partitioner }: Grouping<Message>) => {
  const groups: Record<number, Message[]> = {};
  if (partitionMetadata.length === 0) return groups;
  for (const message of messages) {
    const partition = partitioner({ topic, partitionMetadata, message });
    const group = groups[partition];
    if (group === undefined) groups[partition] = [message];
    else group.push(message);
  }
  return groups;
};

const require = createRequire(import.meta.url);
/** What was there before. */
export const kafkaJsGrouping: GroupByPartition = require(path);
const loaded = require.cache[require.resolve(path)];
if (loaded !== undefined) loaded.exports = groupByPartition;
