/**
 * Turns decisions into deliveries: one row per assignment and channel, for senders to lease.
 *
 * Input: `LeadDecided`. Output: rows of `deliveries`. Key and ordering: lead id; senders take a lead's rows in the order of revisions.
 * Delivery guarantee: at least once; the row's key makes a repeat harmless.
 * Failure: Postgres down: the partition waits. Metrics: the runtime's, by step.
 */
import type { CutValue } from '@lead-router/contracts/codec.ts';
import { decodeContext } from '@lead-router/contracts/context-codec.ts';
import type { LeadDecidedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { readable } from '@lead-router/service-kit/decode-records.ts';
import type { NewDelivery } from '@lead-router/store/delivery-store.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { BatchStep, SinkRecord, Step } from '@lead-router/stream/pipeline.ts';
import { deadLetter, drop, ok, retryLater, type StepResult } from '@lead-router/stream/step-result.ts';
import { deliveryPayload } from './delivery-payload.ts';

export const WEBHOOK_CHANNEL = 'webhook';

export interface PlanOptions {
  readonly ruleSets: { current(): { readonly ruleSet: RuleSet } };
  readonly clock: Clock;
}

export function planDeliveriesStep(options: PlanOptions): Step<CutValue<LeadDecidedPrefix>, NewDelivery> {
  return {
    name: 'plan',
    purpose: 'who has to be told, by which channel',
    // The context is read only for a lead that somebody has to be told of.
    run: ({ prefix: decided, context }) => {
      const { destinationId, kind } = decided;
      if (kind === 'QUEUED' || destinationId === null) return drop('nobody to tell');
      if (options.ruleSets.current().ruleSet.destinations.get(destinationId)?.webhook == null) return drop('destination without a channel');
      return readable(context, decodeContext, (content) =>
        ok({
          leadId: asLeadId(decided.envelope.leadId),
          revision: decided.revision,
          channel: WEBHOOK_CHANNEL,
          destinationId,
          poolId: decided.poolId,
          agentId: decided.agentId,
          payload: deliveryPayload({ ...decided, context: content }),
          dueAt: options.clock.now(),
        }),
      );
    },
  };
}

export function insertDeliveriesStep(
  insert: (deliveries: readonly NewDelivery[]) => Promise<void>,
): BatchStep<NewDelivery, readonly SinkRecord[]> {
  return {
    name: 'insert',
    purpose: 'a row per assignment and channel; a repeat changes nothing',
    sinks: ['deliveries'],
    runBatch: async (deliveries) => {
      const failure = await tryInsert(insert, deliveries);
      if (failure === null) return deliveries.map(() => ok([]));
      if (failure.kind !== 'refused-value' || deliveries.length === 1) return deliveries.map(() => settle(failure));
      // One value that Postgres refuses must not hold up the others.
      const results: StepResult<readonly SinkRecord[]>[] = [];
      for (const delivery of deliveries) {
        const alone = await tryInsert(insert, [delivery]);
        results.push(alone === null ? ok([]) : settle(alone));
      }
      return results;
    },
  };
}

async function tryInsert(
  insert: (deliveries: readonly NewDelivery[]) => Promise<void>,
  deliveries: readonly NewDelivery[],
): Promise<StoreFault | null> {
  try {
    await insert(deliveries);
    return null;
  } catch (error) {
    if (error instanceof StoreFault) return error;
    throw error;
  }
}

function settle(fault: StoreFault): StepResult<readonly SinkRecord[]> {
  return fault.kind === 'refused-value'
    ? deadLetter('LR_NOTIFIER_VALUE_REFUSED', 'Postgres refuses a value of this delivery')
    : retryLater('postgres', fault.message);
}
