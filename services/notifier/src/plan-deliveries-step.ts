/**
 * Turns decisions into deliveries: one row per assignment and channel of its destination, and one for the reply to the lead, if its
 * rule has one; for senders to lease.
 *
 * Input: `LeadDecided`. Output: rows of `deliveries`. Key and ordering: lead id; senders take a lead's rows in the order of revisions.
 * Delivery guarantee: at least once; the row's key makes a repeat harmless.
 * Failure: Postgres down: the partition waits. Metrics: the runtime's, by step.
 */
import type { ContextCodec, CutValue } from '@lead-router/contracts/codec.ts';
import { decodeContext } from '@lead-router/contracts/context-codec.ts';
import type { LeadContext, LeadDecided, LeadDecidedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { readable } from '@lead-router/service-kit/decode-records.ts';
import type { DeliveryChannel, NewDelivery } from '@lead-router/store/delivery-store.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { BatchStep, SinkRecord, Step } from '@lead-router/stream/pipeline.ts';
import { deadLetter, drop, ok, retryLater, type StepResult } from '@lead-router/stream/step-result.ts';
import { deliveryPayload } from './delivery-payload.ts';
import { isReplyAllowed, replyFor } from './lead-reply.ts';

export interface PlanOptions {
  readonly ruleSets: { current(): { readonly ruleSet: RuleSet } };
  readonly decided: Pick<ContextCodec<LeadDecided, LeadDecidedPrefix>, 'encodeWithContext'>;
  readonly clock: Clock;
}

export function planDeliveriesStep(options: PlanOptions): Step<CutValue<LeadDecidedPrefix>, readonly NewDelivery[]> {
  return {
    name: 'plan',
    purpose: 'who has to be told, by which channel; which lead is answered',
    // The context is read only for a lead that somebody has to be told of.
    run: ({ prefix: decided, context }) => {
      const { ruleSet } = options.ruleSets.current();
      const channels = channelsOf(decided, ruleSet);
      if (channels.length === 0) return drop(decided.kind === 'QUEUED' ? 'nobody to tell' : 'destination without a channel');
      return readable(context, decodeContext, (content, bytes) => {
        const allowed = channels.filter((channel) => channel !== 'reply' || isReplyAllowed(replyFor(decided, ruleSet), content));
        if (allowed.length === 0) return drop('no reply without opt-in');
        const payload = (channel: DeliveryChannel): Buffer =>
          channel === 'webhook' ? deliveryPayload({ ...decided, context: content }) : options.decided.encodeWithContext(decided, bytes);
        return ok(
          allowed.map((channel) => ({ ...intentOf(decided, content), channel, payload: payload(channel), dueAt: options.clock.now() })),
        );
      });
    },
  };
}

function channelsOf(decided: LeadDecidedPrefix, ruleSet: RuleSet): readonly DeliveryChannel[] {
  const { destinationId, kind } = decided;
  const reply: readonly DeliveryChannel[] = replyFor(decided, ruleSet) === null ? [] : ['reply'];
  if (kind === 'QUEUED' || destinationId === null) return reply;
  const isMailed = ruleSet.communication.from !== null && ruleSet.communication.owners.has(destinationId);
  const hasWebhook = ruleSet.destinations.get(destinationId)?.webhook != null;
  return [...(hasWebhook ? (['webhook'] as const) : []), ...(isMailed ? (['email'] as const) : []), ...reply];
}

function intentOf(decided: LeadDecidedPrefix, { enrichment }: LeadContext): Omit<NewDelivery, 'channel' | 'payload' | 'dueAt'> {
  return {
    leadId: asLeadId(decided.envelope.leadId),
    revision: decided.revision,
    // A lead that waits is answered before it has a destination.
    destinationId: decided.destinationId ?? '',
    poolId: decided.poolId,
    agentId: decided.agentId,
    identities: enrichment?.identities ?? [],
  };
}

export function insertDeliveriesStep(
  insert: (deliveries: readonly NewDelivery[]) => Promise<void>,
): BatchStep<readonly NewDelivery[], readonly SinkRecord[]> {
  return {
    name: 'insert',
    purpose: 'a row per assignment and channel, one reply a lead; a repeat changes nothing',
    sinks: ['deliveries'],
    runBatch: async (planned) => {
      const failure = await tryInsert(insert, planned.flat());
      if (failure === null) return planned.map(() => ok([]));
      if (failure.kind !== 'refused-value' || planned.length === 1) return planned.map(() => settle(failure));
      // One value that Postgres refuses must not hold up the others.
      const results: StepResult<readonly SinkRecord[]>[] = [];
      for (const deliveries of planned) {
        const alone = await tryInsert(insert, deliveries);
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
