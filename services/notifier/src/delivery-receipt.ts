/** The receipt of one attempt as the record on `lead.delivery.v1`, and the activity that tells the router that nobody could be told. */
import type { Codec, ContextCodec } from '@lead-router/contracts/codec.ts';
import type { DeliveryReceipt, InboxEvent, InboxEventPrefix, LeadActivity } from '@lead-router/contracts/generated/wire-types.ts';
import { eventIdFor, receiptEventId } from '@lead-router/contracts/ids.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { DeliveryChannel } from '@lead-router/store/delivery-store.ts';
import type { LeasedReceipt } from '@lead-router/store/receipt-store.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { deliveryIdOf } from './delivery-id.ts';

export interface ReceiptCodecs {
  readonly delivery: Pick<Codec<DeliveryReceipt>, 'encode'>;
  readonly inbox: Pick<ContextCodec<InboxEvent, InboxEventPrefix>, 'encodeWithContext'>;
}

const CHANNELS = {
  webhook: 'WEBHOOK',
  email: 'EMAIL',
  offer: 'OFFER',
  reply: 'REPLY',
  'accept-warning': 'ACCEPT_WARNING',
  'response-warning': 'RESPONSE_WARNING',
} as const satisfies Readonly<Record<DeliveryChannel, DeliveryReceipt['channel']>>;
const SYSTEM = 'notifier';

/** All keyed by lead, so that they are in order. */
export function recordsOf(codecs: ReceiptCodecs, receipt: LeasedReceipt, now: number): readonly OutgoingRecord[] {
  const own = receiptRecord(codecs, receipt, now);
  return receipt.isUntold ? [own, undeliverableRecord(codecs, receipt, now)] : [own];
}

function receiptRecord({ delivery }: ReceiptCodecs, receipt: LeasedReceipt, now: number): OutgoingRecord {
  const { leadId, destinationId, agentId, revision, channel, attempt, outcome, status, errorCode, durationMs, endedAt } = receipt;
  const deliveryId = deliveryIdOf(receipt);
  const value: DeliveryReceipt = {
    envelope: toEnvelope({ eventId: receiptEventId(deliveryId, attempt), leadId, occurredAt: endedAt, recordedAt: now }),
    ...{ deliveryId, destinationId, revision, attempt, outcome, status, errorCode, durationMs },
    channel: CHANNELS[channel],
    agentId: channel === 'reply' ? null : agentId,
  };
  return { topic: TOPICS.delivery.topic, key: leadId, value: delivery.encode(value) };
}

/** One for an assignment, whichever of its channels was given up last; of an offer one for each who was asked. */
function undeliverableRecord({ inbox }: ReceiptCodecs, receipt: LeasedReceipt, now: number): OutgoingRecord {
  const { leadId, destinationId, agentId, revision, channel, attempt, errorCode, endedAt } = receipt;
  const eventId =
    channel === 'offer' ? eventIdFor('undeliverable', leadId, revision, agentId ?? '') : eventIdFor('undeliverable', leadId, revision);
  const activity: LeadActivity = {
    activity: 'UNDELIVERABLE',
    system: SYSTEM,
    agentId,
    reason: errorCode,
    isHumanResponse: false,
    answers: null,
    revision,
    attributes: { channel, destination: destinationId, attempts: String(attempt) },
    person: null,
    personSealed: null,
  };
  const envelope = toEnvelope({ eventId, leadId, occurredAt: endedAt, recordedAt: now });
  return {
    topic: TOPICS.inbox.topic,
    key: leadId,
    value: inbox.encodeWithContext({ envelope, body: { 'leadrouter.v1.LeadActivity': activity } }, null),
  };
}
