/**
 * Batches that wait at the same time go through Postgres together. Partitions share the pools, so in transactions of their own each
 * would wait for the locks, and so for the commits, of all before it: with six partitions most of a lead's way to its decision.
 */
import type { ApplyAnswer } from '@lead-router/stream/exactly-once-task.ts';
import type { ReadBatch } from './router-ledger.ts';

export interface BatchQueueOptions {
  /** Some of the batches are answered; the others, which could not come along, are asked again. At least one is. Rejects: none was done. */
  readonly settle: (batches: readonly ReadBatch[]) => Promise<ReadonlyMap<ReadBatch, ApplyAnswer>>;
  /** Most records that go together; a batch with more goes alone. */
  readonly maxRecords: number;
  /**
   * Transactions at a time. While one is being written the next may be read, but only if it is full: less would only wait for the locks of
   * the first, and come along with others if it waits here.
   */
  readonly lanes: number;
}

interface Waiting {
  readonly batch: ReadBatch;
  readonly resolve: (answer: ApplyAnswer) => void;
  readonly reject: (error: unknown) => void;
}

export interface BatchQueue {
  /** One batch of a partition at a time. */
  add(batch: ReadBatch): Promise<ApplyAnswer>;
}

export function createBatchQueue(options: BatchQueueOptions): BatchQueue {
  let waiting: readonly Waiting[] = [];
  let running = 0;

  const runLane = async (): Promise<void> => {
    running += 1;
    while (waiting.length > 0) {
      const together = takeTogether(waiting, options.maxRecords);
      waiting = waiting.slice(together.length);
      const left = await settleTogether(options, together);
      waiting = [...left, ...waiting];
    }
    running -= 1;
  };

  return {
    add: (batch) =>
      new Promise((resolve, reject) => {
        waiting = [...waiting, { batch, resolve, reject }];
        if (running === 0 || (running < options.lanes && recordsOf(waiting) >= options.maxRecords)) void runLane();
      }),
  };
}

const recordsOf = (waiting: readonly Waiting[]): number => waiting.reduce((sum, { batch }) => sum + batch.request.records.length, 0);

/** The first ones, as many as fit. */
function takeTogether(waiting: readonly Waiting[], maxRecords: number): readonly Waiting[] {
  let records = 0;
  const after = waiting.findIndex(({ batch }, index) => {
    records += batch.request.records.length;
    return index > 0 && records > maxRecords;
  });
  return after < 0 ? waiting : waiting.slice(0, after);
}

/** Returns those that are still to be done. */
async function settleTogether({ settle }: BatchQueueOptions, together: readonly Waiting[]): Promise<readonly Waiting[]> {
  const inOrder = [...together].sort((a, b) => a.batch.request.partition - b.batch.request.partition);
  try {
    const answers = await settle(inOrder.map(({ batch }) => batch));
    return together.filter(({ batch, resolve }) => {
      const answer = answers.get(batch);
      if (answer !== undefined) resolve(answer);
      return answer === undefined;
    });
  } catch (error) {
    for (const { reject } of together) reject(error);
    return [];
  }
}
