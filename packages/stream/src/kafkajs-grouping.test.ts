import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupByPartition, kafkaJsGrouping } from './kafkajs-grouping.ts';
import { planProduce } from './produce-plan.ts';

interface Message {
  readonly partition: number;
  readonly value: number;
}

describe('groupByPartition', () => {
  it('makes the groups that kafkajs makes', () => {
    const message = fc.record({ partition: fc.nat({ max: 7 }), value: fc.nat() });
    fc.assert(
      fc.property(fc.array(message), fc.boolean(), (messages: readonly Message[], isKnown) => {
        const grouping = {
          topic: 't',
          partitionMetadata: isKnown ? [{ partitionId: 0 }] : [],
          messages,
          partitioner: (request: { readonly message: Message }) => request.message.partition,
        };
        const theirs = kafkaJsGrouping(grouping);
        const ours = groupByPartition(grouping);
        expect(ours).toEqual(theirs);
        expect(Object.keys(ours)).toEqual(Object.keys(theirs));
      }),
    );
    expect(kafkaJsGrouping).not.toBe(groupByPartition);
  });

  it('gives the same first record of a partition however often a call is grouped', () => {
    const records = Array.from({ length: 100 }, (_, index) => ({ topic: 't', key: `key ${index}`, value: Buffer.from(String(index)) }));
    const [call] = planProduce(records, { partitionCount: () => 6, keylessTurn: 0 });
    const messages = call?.[0]?.messages ?? [];
    const group = () =>
      groupByPartition({ topic: 't', partitionMetadata: [1], messages, partitioner: ({ message: { partition } }) => partition });
    const [first, again] = [group(), group()];
    for (const partition of Object.keys(first).map(Number)) expect(again[partition]?.[0]).toBe(first[partition]?.[0]);
    expect(Object.keys(first)).toHaveLength(6);
  });
});
