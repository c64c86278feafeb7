/** The records that a decided batch puts into Kafka, in the order in which they go: effects, dead letters, wake-ups last. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { BatchEffect, BatchOutcome, LeadRecord } from '@lead-router/domain/routing-model.ts';
import type { BatchRecord } from '@lead-router/store/router-store.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import type { RefusedRecord } from './router-ledger.ts';
import type { InboxMessage, OutputOrigin, RouterWire } from './router-wire.ts';

export interface DecidedBatch {
  readonly outcome: Extract<BatchOutcome, { kind: 'DECIDED' }>;
  /** By input index. */
  readonly messages: readonly InboxMessage[];
  readonly contexts: ReadonlyMap<LeadId, Buffer>;
  readonly batch: BatchRecord;
  readonly refused: readonly RefusedRecord[];
}

export function batchOutputs(wire: RouterWire, decided: DecidedBatch): OutgoingRecord[] {
  const { outcome, batch } = decided;
  const outputs: OutgoingRecord[] = [];
  for (const effect of outcome.effects) putEffect(wire, decided, { effect, outputs });
  for (const fault of decided.refused) outputs.push(wire.deadLetter({ ...fault, partition: batch.partition }));
  for (const wakeUp of outcome.wakeUps)
    outputs.push(wire.wakeUp(wakeUp, { partition: batch.partition, from: batch.from, recordedAt: batch.now }));
  return outputs;
}

function putEffect(wire: RouterWire, decided: DecidedBatch, at: { effect: BatchEffect; outputs: OutgoingRecord[] }): void {
  const { effect, outputs } = at;
  switch (effect.kind) {
    case 'DECISION': {
      const origin = originOf(decided, effect.inputIndex, effect.decision.lead);
      outputs.push(wire.decided(effect.decision, origin));
      outputs.push(
        wire.state(
          { eventId: wire.eventId('state', effect.decision.lead.leadId, String(effect.decision.lead.version)), lead: effect.decision.lead },
          origin,
        ),
      );
      return;
    }
    case 'STATE':
      outputs.push(wire.state(effect.change, originOf(decided, effect.inputIndex, effect.change.lead)));
      return;
    case 'SLA':
      outputs.push(wire.sla(effect.sla, originOf(decided, effect.inputIndex, effect.sla.lead)));
      return;
  }
}

function originOf(decided: DecidedBatch, inputIndex: number, lead: LeadRecord): OutputOrigin {
  const message = decided.messages[inputIndex];
  const context = decided.contexts.get(lead.leadId);
  if (!message || !context) throw new Error(`lead ${lead.leadId} was decided in batch ${decided.batch.batchId} without its context`);
  return {
    batchId: decided.batch.batchId,
    inputIndex,
    correlationId: message.correlationId,
    headers: message.headers,
    recordedAt: decided.batch.now,
    context,
  };
}
