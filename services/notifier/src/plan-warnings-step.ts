/**
 * Turns warnings of promises that are about to be broken into deliveries: one mail to the owner for each clock of an assignment.
 *
 * Input: `LeadSla`. Output: rows of `deliveries`. Key and ordering: lead id.
 * Delivery guarantee: at least once; the row's key makes a repeat harmless.
 * Failure: none of its own. Metrics: the runtime's, by step.
 */
import type { Codec } from '@lead-router/contracts/codec.ts';
import type { LeadSla } from '@lead-router/contracts/generated/wire-types.ts';
import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { DeliveryChannel, PlannedDeliveries } from '@lead-router/store/delivery-store.ts';
import type { Step } from '@lead-router/stream/pipeline.ts';
import { drop, ok } from '@lead-router/stream/step-result.ts';
import { isTold, type PlanOptions } from './plan-deliveries-step.ts';

export interface PlanWarningsOptions extends Pick<PlanOptions, 'clock'> {
  readonly ruleSets: Pick<PlanOptions['ruleSets'], 'current'>;
  readonly sla: Pick<Codec<LeadSla>, 'encode'>;
}

const WARNINGS: Readonly<Partial<Record<LeadSla['kind'], DeliveryChannel>>> = {
  ACCEPT_WARNED: 'accept-warning',
  RESPONSE_WARNED: 'response-warning',
};

/** What was broken needs no message of its own: the next owner is told of the lead. */
export function planWarningsStep({ ruleSets, sla, clock }: PlanWarningsOptions): Step<LeadSla, PlannedDeliveries> {
  return {
    name: 'plan-warning',
    purpose: 'which owner has to be warned by mail that a promise is about to be broken',
    run: (warning) => {
      const channel = WARNINGS[warning.kind];
      if (channel === undefined) return drop('no warning');
      const { envelope, revision, destinationId, poolId, agentId } = warning;
      const { communication } = ruleSets.current().ruleSet;
      if (destinationId === null || !isTold(communication, destinationId)) return drop('destination without mail');
      const key = { leadId: asLeadId(envelope.leadId), revision, channel };
      const delivery = { ...key, destinationId, poolId, agentId, payload: sla.encode(warning), dueAt: clock.now() };
      // The lead is known already, since its assignment was told.
      return ok({ deliveries: [delivery], known: [] });
    },
  };
}
