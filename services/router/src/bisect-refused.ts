/** One value that Postgres refuses must not sink its batch: it is found by bisection and becomes a dead letter. */
import type { LockSet } from '@lead-router/domain/routing-model.ts';
import type { StoreFault } from '@lead-router/store/router-store.ts';
import { unionLocks } from './lock-sets.ts';
import type { ReadBatch, TriedAnswer } from './router-ledger.ts';
import type { InboxMessage } from './router-wire.ts';

export interface RefusedBatch {
  readonly batch: ReadBatch;
  readonly extra: LockSet;
  /** What Postgres said of the whole. */
  readonly fault: StoreFault;
  /** The whole transaction but its commit. */
  readonly dryRun: (attempt: { readonly batch: ReadBatch; readonly extra: LockSet }) => Promise<TriedAnswer>;
}

/** The batch without the messages that stand alone as refused. Throws the fault when none does: refused only in company. */
export async function withoutRefusedValues({ batch, extra, fault, dryRun }: RefusedBatch): Promise<ReadBatch> {
  const bad = new Set<InboxMessage>();
  let locks = extra;
  const search = async (messages: readonly InboxMessage[]): Promise<void> => {
    if (messages.length === 0) return;
    const answer = await dryRun({ batch: { ...batch, messages }, extra: locks });
    if (answer.kind === 'MISSING_LOCKS') {
      locks = unionLocks(locks, answer.missing);
      return search(messages);
    }
    // Anything else that stands in the way is met, and dealt with, when the rest of the batch is tried again.
    if (answer.kind !== 'REFUSED_VALUE') return;
    const [only] = messages;
    if (messages.length === 1 && only !== undefined) {
      bad.add(only);
      return;
    }
    const half = messages.length >> 1;
    await search(messages.slice(0, half));
    await search(messages.slice(half));
  };
  await search(batch.messages);
  if (bad.size === 0) throw fault;
  const records = new Map(batch.request.records.map((record) => [record.offset, record]));
  const refused = [...bad].flatMap(({ offset }) => {
    const record = records.get(offset);
    return record === undefined ? [] : [{ record, code: 'LR_ROUTER_VALUE_REFUSED', detail: 'Postgres refuses a value of this record' }];
  });
  return { ...batch, messages: batch.messages.filter((message) => !bad.has(message)), refused: [...batch.refused, ...refused] };
}
