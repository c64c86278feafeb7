/**
 * Deals partitions so that partition n of every topic lands on the same member. kafkajs's own round robin deals
 * topic-partitions as one flat list, which tears apart what a task reads together.
 */

import './kafkajs-grouping.ts';
import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

const version = 0;
const name = 'lead-router-co-partitioned';

export const coPartitionedAssigner: PartitionAssigner = ({ cluster }) => ({
  name,
  version,
  assign: async ({ members, topics }) => {
    const memberIds = members.map((member) => member.memberId).sort();
    const partitionsOf = (topic: string): readonly number[] =>
      cluster.findTopicPartitionMetadata(topic).map((metadata) => metadata.partitionId);
    const deal = dealPartitions({ memberIds, topics: topics.map((topic) => ({ topic, partitions: partitionsOf(topic) })) });
    return [...deal].map(([memberId, assignment]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({ version, assignment, userData: Buffer.alloc(0) }),
    }));
  },
  protocol: ({ topics }) => ({
    name,
    metadata: AssignerProtocol.MemberMetadata.encode({ version, topics, userData: Buffer.alloc(0) }),
  }),
});

export interface Dealing {
  readonly memberIds: readonly string[];
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[];
}

/** Member to its partitions by topic; the same for every member that computes it. */
export const dealPartitions = (dealing: Dealing): ReadonlyMap<string, Record<string, number[]>> => {
  const deal = new Map<string, Record<string, number[]>>(dealing.memberIds.map((memberId) => [memberId, {}]));
  for (const { topic, partitions } of dealing.topics) {
    for (const partition of partitions) {
      const memberId = dealing.memberIds[partition % dealing.memberIds.length];
      const assignment = memberId === undefined ? undefined : deal.get(memberId);
      if (assignment === undefined) continue;
      assignment[topic] ??= [];
      assignment[topic].push(partition);
    }
  }
  return deal;
};
