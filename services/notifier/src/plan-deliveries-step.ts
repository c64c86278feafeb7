/**
 * Turns decisions into deliveries: one row per assignment and channel of its destination, of an offer a mail to each who is asked, and
 * one for the reply to the lead, if its rule has one; for senders to lease.
 *
 * Input: `LeadDecided`. Output: rows of `deliveries`. Key and ordering: lead id; senders take a lead's rows in the order of revisions.
 * Delivery guarantee: at least once; the row's key makes a repeat harmless.
 * Failure: Postgres down: the partition waits. Metrics: the runtime's, by step.
 */
import type { ContextCodec, CutValue } from '@lead-router/contracts/codec.ts';
import { decodeContext } from '@lead-router/contracts/context-codec.ts';
import type { LeadContext, LeadDecided, LeadDecidedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { Communication } from '@lead-router/domain/rule-set/communication.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { readable } from '@lead-router/service-kit/decode-records.ts';
import type { CompiledRuleSets } from '@lead-router/store/compiled-rule-sets.ts';
import type { DeliveryChannel, KnownLead, NewDelivery, PlannedDeliveries } from '@lead-router/store/delivery-store.ts';
import { StoreFault } from '@lead-router/store/router-store.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import type { BatchStep, SinkRecord } from '@lead-router/stream/pipeline.ts';
import { deadLetter, drop, ok, retryLater, type StepResult } from '@lead-router/stream/step-result.ts';
import { deliveryPayload } from './delivery-payload.ts';
import { isReplyAllowed, replyFor } from './lead-reply.ts';

export interface PlanOptions {
  readonly ruleSets: Pick<CompiledRuleSets, 'current' | 'refresh'>;
  readonly decided: Pick<ContextCodec<LeadDecided, LeadDecidedPrefix>, 'encodeWithContext'>;
  readonly clock: Clock;
}

export function planDeliveriesStep(options: PlanOptions): BatchStep<CutValue<LeadDecidedPrefix>, PlannedDeliveries> {
  return {
    name: 'plan',
    purpose: 'who has to be told, by which channel; which lead is answered',
    sinks: [],
    runBatch: async (values) => {
      const failure = await lookAgain(options, values);
      if (failure !== null) return values.map(() => retryLater('postgres', failure.message));
      const { ruleSet } = options.ruleSets.current();
      return values.map((value) => plan(options, ruleSet, value));
    },
  };
}

/**
 * A decision by other rules than those believed to be active may have come right after an activation that this instance has not seen
 * yet: by the old rules nobody would be told of it, for good.
 */
async function lookAgain({ ruleSets }: PlanOptions, values: readonly CutValue<LeadDecidedPrefix>[]): Promise<StoreFault | null> {
  const { version } = ruleSets.current();
  if (values.every(({ prefix }) => prefix.ruleSetVersion === version)) return null;
  return faultOf(() => ruleSets.refresh());
}

/** The context is read only for a lead that somebody has to be told of, now or when its first lead gets an owner. */
function plan(
  options: PlanOptions,
  ruleSet: RuleSet,
  { prefix: decided, context }: CutValue<LeadDecidedPrefix>,
): StepResult<PlannedDeliveries> {
  const channels = channelsOf(decided, ruleSet);
  if (channels.length === 0 && decided.kind !== 'LINKED') {
    return drop(decided.kind === 'QUEUED' ? 'nobody to tell' : 'destination without a channel');
  }
  return readable(context, decodeContext, (content, bytes) => {
    const known = [knownLead(decided, content)];
    if (channels.length === 0) return ok({ deliveries: [], known });
    const allowed = channels.filter((channel) => channel !== 'reply' || isReplyAllowed(replyFor(decided, ruleSet), content));
    if (allowed.length === 0) return drop('no reply without opt-in');
    const payload = (channel: DeliveryChannel): Buffer =>
      channel === 'webhook' ? deliveryPayload({ ...decided, context: content }) : options.decided.encodeWithContext(decided, bytes);
    const dueAt = options.clock.now();
    const deliveries = allowed.flatMap((channel) => {
      const delivery: NewDelivery = { ...intentOf(decided), channel, payload: payload(channel), dueAt };
      return channel === 'offer' ? decided.offeredTo.map((agentId) => ({ ...delivery, agentId })) : [delivery];
    });
    return ok({ deliveries, known });
  });
}

function channelsOf(decided: LeadDecidedPrefix, ruleSet: RuleSet): readonly DeliveryChannel[] {
  const { destinationId, kind } = decided;
  const reply: readonly DeliveryChannel[] = replyFor(decided, ruleSet) === null ? [] : ['reply'];
  if (kind === 'QUEUED' || destinationId === null) return reply;
  const isMailed = isTold(ruleSet.communication, destinationId);
  const hasWebhook = ruleSet.destinations.get(destinationId)?.webhook != null;
  const mail: DeliveryChannel = kind === 'OFFERED' ? 'offer' : 'email';
  return [...(hasWebhook ? (['webhook'] as const) : []), ...(isMailed ? [mail] : []), ...reply];
}

function knownLead({ envelope }: LeadDecidedPrefix, { enrichment }: LeadContext): KnownLead {
  return { leadId: asLeadId(envelope.leadId), identities: enrichment?.identities ?? [] };
}

function intentOf(decided: LeadDecidedPrefix): Omit<NewDelivery, 'channel' | 'payload' | 'dueAt'> {
  return {
    leadId: asLeadId(decided.envelope.leadId),
    revision: decided.revision,
    // A lead that waits is answered before it has a destination.
    destinationId: decided.destinationId ?? '',
    poolId: decided.poolId,
    agentId: decided.agentId,
  };
}

/** By mail. */
export function isTold({ from, owners }: Communication, destinationId: string): boolean {
  return from !== null && owners.has(destinationId);
}

export function insertDeliveriesStep(
  insert: (planned: PlannedDeliveries) => Promise<void>,
): BatchStep<PlannedDeliveries, readonly SinkRecord[]> {
  return {
    name: 'insert',
    purpose: 'a row per assignment and channel, one reply a lead; a repeat changes nothing',
    sinks: ['deliveries'],
    runBatch: async (planned) => {
      const all = { deliveries: planned.flatMap(({ deliveries }) => deliveries), known: planned.flatMap(({ known }) => known) };
      const failure = await faultOf(() => insert(all));
      if (failure === null) return planned.map(() => ok([]));
      if (failure.kind !== 'refused-value' || planned.length === 1) return planned.map(() => settle(failure));
      // One value that Postgres refuses must not hold up the others.
      const results: StepResult<readonly SinkRecord[]>[] = [];
      for (const one of planned) {
        const alone = await faultOf(() => insert(one));
        results.push(alone === null ? ok([]) : settle(alone));
      }
      return results;
    },
  };
}

async function faultOf(ask: () => Promise<void>): Promise<StoreFault | null> {
  try {
    await ask();
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
