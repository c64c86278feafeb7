/** The receipt of one attempt, as the record on `lead.delivery.v1`. */
import type { Codec } from '@lead-router/contracts/codec.ts';
import type { DeliveryReceipt } from '@lead-router/contracts/generated/wire-types.ts';
import { receiptEventId } from '@lead-router/contracts/ids.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import type { Attempt } from './send-deliveries.ts';
import { deliveryIdOf } from './send-webhook.ts';

/** Keyed by lead, so that a lead's receipts are in order. */
export function receiptRecord(codec: Pick<Codec<DeliveryReceipt>, 'encode'>, made: Attempt, now: number): OutgoingRecord {
  const { delivery, outcome, status, errorCode, durationMs } = made;
  const { leadId, destinationId, revision, attempt } = delivery;
  const deliveryId = deliveryIdOf(delivery);
  const envelope = toEnvelope({ eventId: receiptEventId(deliveryId, attempt), leadId, occurredAt: now, recordedAt: now });
  const receipt: DeliveryReceipt = {
    envelope,
    deliveryId,
    destinationId,
    channel: 'WEBHOOK',
    revision,
    attempt,
    outcome,
    status,
    errorCode,
    durationMs,
  };
  return { topic: TOPICS.delivery.topic, key: leadId, value: codec.encode(receipt) };
}
