/** Who goes together, and when a second transaction begins beside the first. */
import type { ApplyAnswer } from '@lead-router/stream/exactly-once-task.ts';
import { describe, expect, it } from 'vitest';
import { createBatchQueue } from './batch-queue.ts';
import type { ReadBatch } from './router-ledger.ts';

const MAX_RECORDS = 10;
const APPLIED: ApplyAnswer = { kind: 'APPLIED', outputs: [] };

const batchOf = (partition: number, records: number): ReadBatch => {
  const record = { offset: 0, timestampMs: 0, key: null, value: null, headers: {} };
  return {
    request: { partition, epoch: 1, from: 0, to: records, records: Array.from({ length: records }, () => record) },
    ...{ messages: [], refused: [], repeats: 0 },
  };
};

/** Transactions by the partitions in them; each goes on until it is told how it ends. */
function open(lanes: number) {
  const begun: { readonly partitions: readonly number[]; readonly end: (answered?: number) => void; readonly fail: () => void }[] = [];
  const queue = createBatchQueue({
    maxRecords: MAX_RECORDS,
    lanes,
    settle: (batches) =>
      new Promise((resolve, reject) => {
        begun.push({
          partitions: batches.map(({ request }) => request.partition),
          end: (answered = batches.length) => resolve(new Map(batches.slice(0, answered).map((batch) => [batch, APPLIED]))),
          fail: () => reject(new Error('Postgres is away')),
        });
      }),
  });
  const add = (partition: number, records: number): Promise<ApplyAnswer> => queue.add(batchOf(partition, records));
  const partitions = (): readonly (readonly number[])[] => begun.map((one) => one.partitions);
  return { begun, add, partitions };
}

describe('batches that wait', () => {
  it('go together as far as they fit, in the order of their partitions', async () => {
    const { begun, add, partitions } = open(1);
    const first = add(9, 1);
    const others = [add(3, 4), add(1, 6), add(2, 1)];
    expect(partitions()).toEqual([[9]]);
    begun[0]?.end();
    expect(await first).toBe(APPLIED);
    await expect.poll(partitions).toEqual([[9], [1, 3]]);
    begun[1]?.end();
    await Promise.all(others.slice(0, 2));
    await expect.poll(partitions).toEqual([[9], [1, 3], [2]]);
    begun[2]?.end();
    await others[2];
  });

  it('begin a second transaction beside the first only when it is full, and never a third', () => {
    const { add, partitions } = open(2);
    void add(0, 1);
    void add(1, MAX_RECORDS - 1);
    expect(partitions()).toEqual([[0]]);
    void add(2, 1);
    expect(partitions()).toEqual([[0], [1, 2]]);
    void add(3, 5 * MAX_RECORDS);
    expect(partitions()).toHaveLength(2);
  });

  it('that could not come along go first the next time', async () => {
    const { begun, add, partitions } = open(1);
    void add(0, 1);
    const both = [add(1, 1), add(2, 1)];
    begun[0]?.end();
    await expect.poll(partitions).toEqual([[0], [1, 2]]);
    void add(3, 1);
    begun[1]?.end(1);
    await both[0];
    await expect.poll(partitions).toEqual([[0], [1, 2], [2, 3]]);
    begun[2]?.end();
    expect(await both[1]).toBe(APPLIED);
  });

  it('all hear of a failure, and those that come later are tried', async () => {
    const { begun, add } = open(1);
    const failed = add(0, 1);
    begun[0]?.fail();
    await expect(failed).rejects.toThrow('Postgres is away');
    const next = add(0, 1);
    begun[1]?.end();
    expect(await next).toBe(APPLIED);
  });
});
