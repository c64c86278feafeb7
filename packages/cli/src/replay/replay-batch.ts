/** One recorded batch decided again and held, bit for bit, against the decisions that were stored of it. Pure. */
import { type DecideBatchRequest, decideBatch } from '@lead-router/domain/decide-batch.ts';
import type { BatchOutcome } from '@lead-router/domain/routing-model.ts';
import type { StoredDecision } from '@lead-router/store/lead-store.ts';
import type { BatchRecord } from '@lead-router/store/router-store.ts';
import { decisionFields, type Fields } from '../audit/compared-fields.ts';

export interface Difference {
  readonly leadId: string;
  readonly revision: number;
  /** Plain words, each naming the field with what is recorded and what comes out now. */
  readonly differs: readonly string[];
}

export interface ReplayedBatch {
  /** Empty: it agrees. Faults of the batch as a whole stand beside those of its decisions. */
  readonly faults: readonly string[];
  readonly differences: readonly Difference[];
  /** null: the record does not hold all that the batch looked at. */
  readonly outcome: Extract<BatchOutcome, { readonly kind: 'DECIDED' }> | null;
}

/** @param decisions all that are stored of the batch: one that is made again but not stored is a fault as well. */
export function replayBatch(
  batch: Pick<BatchRecord, 'batchId' | 'now' | 'seed'>,
  request: DecideBatchRequest,
  decisions: readonly StoredDecision[],
): ReplayedBatch {
  const { now, seed } = request.context;
  const faults = [
    ...(now === batch.now ? [] : [`decided at ${batch.now} by its row, at ${now} by its record`]),
    ...(seed === batch.seed ? [] : [`seed ${batch.seed} in its row, ${seed} in its record`]),
  ];
  const outcome = decideBatch(request);
  if (outcome.kind !== 'DECIDED') {
    return { faults: [...faults, 'the record does not hold all that the batch looked at'], differences: [], outcome: null };
  }
  const made = new Map<string, Fields>();
  for (const effect of outcome.effects) {
    if (effect.kind !== 'DECISION') continue;
    const { lead, ...rest } = effect.decision;
    made.set(keyOf(lead), decisionFields({ ...lead, ...rest, batchId: batch.batchId, inputIndex: effect.inputIndex }));
  }
  const differences = decisions.flatMap((decision) => {
    const again = made.get(keyOf(decision));
    made.delete(keyOf(decision));
    const differs =
      again === undefined ? ['the batch, decided again, does not make this decision'] : compare(decisionFields(decision), again);
    return differs.length === 0 ? [] : [{ leadId: decision.leadId, revision: decision.revision, differs }];
  });
  return { faults: [...faults, ...[...made.keys()].map((key) => `makes the decision ${key}, which is not stored`)], differences, outcome };
}

function keyOf({ leadId, revision }: { readonly leadId: string; readonly revision: number }): string {
  return `${leadId}/${revision}`;
}

function compare(recorded: Fields, again: Fields): readonly string[] {
  return Object.keys(recorded).flatMap((name) => {
    const [before, after] = [JSON.stringify(recorded[name]), JSON.stringify(again[name])];
    return before === after ? [] : [`${name} was ${before}, and is ${after} now`];
  });
}
