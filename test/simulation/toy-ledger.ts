/**
 * The smallest ledger that the exactly-once tasks can run on: it stores each batch and turns every record into one output.
 * It knows no leads and no locks, so that a fault found with it lies in the tasks or in the Kafka double.
 */
import type { ApplyAnswer, ApplyRequest, BatchLedger, LedgerBatch, StoredAnswer } from '@lead-router/stream/exactly-once-task.ts';
import type { Scheduler } from '@lead-router/testkit/scheduler.ts';
import type { SimProcess } from '@lead-router/testkit/sim-process.ts';

export class ToyStoreFault extends Error {}

interface Row {
  epoch: number;
  stored: LedgerBatch | null;
}

/** What survives every process. */
export class ToyDatabase {
  readonly scheduler: Scheduler;
  readonly outputTopic: string;
  /** `partition:offset` of every record applied, as often as it was. */
  readonly applied: string[] = [];
  readonly #rows = new Map<number, Row>();

  constructor(options: { scheduler: Scheduler; outputTopic: string }) {
    this.scheduler = options.scheduler;
    this.outputTopic = options.outputTopic;
  }

  row(partition: number): Row {
    const known = this.#rows.get(partition);
    if (known) return known;
    const row: Row = { epoch: 0, stored: null };
    this.#rows.set(partition, row);
    return row;
  }

  /** The whole of a batch in one step: epoch and position checked, outputs stored. */
  apply(request: ApplyRequest): ApplyAnswer {
    const row = this.row(request.partition);
    if (row.epoch !== request.epoch) return { kind: 'REASSIGN', reason: 'epoch' };
    if (row.stored && row.stored.to > request.from) return { kind: 'REASSIGN', reason: 'position' };
    const names = request.records.map(({ offset }) => `${request.partition}:${offset}`);
    const outputs = names.map((name) => ({ topic: this.outputTopic, key: name, value: Buffer.from(name) }));
    row.stored = { from: request.from, to: request.to, outputs };
    this.applied.push(...names);
    return { kind: 'APPLIED', outputs };
  }
}

export function createToyLedger(database: ToyDatabase, process: SimProcess): BatchLedger {
  const { scheduler } = database;
  const refuse = (): never => {
    throw new ToyStoreFault('connection refused');
  };
  const statement = <T>(label: string, effect: () => T): Promise<T> =>
    scheduler.operate<T>({ process, label, effect, faults: [{ name: 'postgres refused', run: refuse }] });
  return {
    raiseEpoch: (partition) =>
      statement('raise epoch', () => {
        const row = database.row(partition);
        row.epoch += 1;
        return row.epoch;
      }),
    readStoredBatch: (partition, epoch) =>
      statement('read stored batch', (): StoredAnswer => {
        const { epoch: current, stored } = database.row(partition);
        return current === epoch ? { kind: 'OK', stored } : { kind: 'STALE_EPOCH' };
      }),
    apply: (request) => {
      const nobodyKnows = (): ApplyAnswer => ({ kind: 'REASSIGN', reason: 'nobody knows whether it committed' });
      const late = (): ApplyAnswer => {
        scheduler.later('a late batch commits', { run: () => database.apply(request) });
        return nobodyKnows();
      };
      const unheard = (): ApplyAnswer => {
        database.apply(request);
        return nobodyKnows();
      };
      return scheduler.operate<ApplyAnswer>({
        process,
        label: `apply [${request.from},${request.to}) of ${request.partition}`,
        effect: () => database.apply(request),
        faults: [
          { name: 'postgres refused', run: refuse },
          { name: 'postgres commit answer lost', run: unheard },
          { name: 'postgres commit late', run: late },
        ],
      });
    },
  };
}
