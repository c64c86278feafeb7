/** Several members of a group: generations, stale batches, who gets what. */
import { describe, expect, it } from 'vitest';
import { inWorld, numbered, sendAll } from './kafka-contract-world.ts';
import type { CreateKafkaHarness } from './kafka-port.contract.ts';

export const groupContract = (createHarness: CreateKafkaHarness): void => {
  describe('group', () => {
    it(
      'raises the generation at every join, splits the partitions, and hands all of them over when a member leaves',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic(4);
        const groupId = world.group();
        const first = await world.member({ groupId, topics: [topic] });
        await world.harness.until('the first assignment', () => first.assignments.at(-1)?.partitions.length === 4);
        const other = world.harness.open();
        world.onEnd(() => other.disconnect());
        const second = await world.member({ groupId, topics: [topic], kafka: other });
        await world.harness.until(
          'a split',
          () => first.assignments.at(-1)?.partitions.length === 2 && second.assignments.at(-1)?.partitions.length === 2,
        );
        const generations = first.assignments.map((assignment) => assignment.generation);
        expect(generations).toEqual([...generations].sort((a, b) => a - b));
        expect(new Set(generations).size).toBe(generations.length);
        await second.consumer.stop();
        await world.harness.until('all partitions back', () => first.assignments.at(-1)?.partitions.length === 4);
      }),
    );

    it(
      'makes a batch stale when the group moves on while it is handled',
      inWorld(createHarness, async (world) => {
        const topic = await world.topic(2);
        const groupId = world.group();
        const stale: string[] = [];
        const first = await world.member({
          groupId,
          topics: [topic],
          handler: async (_batch, context, member) => {
            if (member.batches.length > 1) return;
            await world.harness.until('the group to move on', async () => {
              const kind = await context.heartbeat().then(
                () => 'fine',
                (fault: { kind: string }) => fault.kind,
              );
              return kind === 'not-member' || !context.isCurrent();
            });
            stale.push(context.isCurrent() ? 'current' : 'stale');
          },
        });
        await sendAll(world.kafka, numbered(topic, 1));
        await world.harness.until('a batch in work', () => first.batches.length === 1);
        const other = world.harness.open();
        world.onEnd(() => other.disconnect());
        const joining = world.member({ groupId, topics: [topic], kafka: other });
        await world.harness.until('the stale batch', () => stale.length === 1);
        expect(stale).toEqual(['stale']);
        const second = await joining;
        await world.harness.until('the record again', () => first.records().length + second.records().length >= 2);
        const again = [...first.contexts.slice(1), ...second.contexts].at(0);
        const [generation] = first.contexts.map((context) => context.generation);
        if (first.contexts.length > 1) expect(again?.generation).toBeGreaterThan(generation ?? 0);
      }),
    );

    it(
      'puts partition n of all topics on one member when asked to',
      inWorld(createHarness, async (world) => {
        const topics = [await world.topic(4), await world.topic(4)];
        const groupId = world.group();
        const other = world.harness.open();
        world.onEnd(() => other.disconnect());
        const first = await world.member({ groupId, topics, assignment: 'co-partitioned' });
        const second = await world.member({ groupId, topics, assignment: 'co-partitioned', kafka: other });
        const count = (member: typeof first) => member.assignments.at(-1)?.partitions.length;
        await world.harness.until('a split', () => count(first) === 4 && count(second) === 4);
        for (const member of [first, second]) {
          const of = (topic: string | undefined) =>
            (member.assignments.at(-1)?.partitions ?? [])
              .filter((at) => at.topic === topic)
              .map((at) => at.partition)
              .sort();
          expect(of(topics[0])).toEqual(of(topics[1]));
        }
      }),
    );
  });
};
