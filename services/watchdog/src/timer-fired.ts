/** A due timer as the record that the router reads. */
import type { ContextCodec } from '@lead-router/contracts/codec.ts';
import type { InboxEvent, InboxEventPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { timerEventId } from '@lead-router/contracts/ids.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import { toInboxEvent } from '@lead-router/contracts/mappers/inbox-mapper.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { DueTimer } from '@lead-router/store/router-store.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';

/** `occurredAt` is the deadline itself: what happened before it came in time, whenever it arrives. */
export const timerFired =
  (inbox: Pick<ContextCodec<InboxEvent, InboxEventPrefix>, 'encodeWithContext'>) =>
  (timer: DueTimer, recordedAt: number): OutgoingRecord => {
    const { timerId, kind, generation, poolId, dueAt } = timer;
    const envelope = toEnvelope({ eventId: timerEventId(timerId, generation), leadId: timerId, occurredAt: dueAt, recordedAt });
    const { prefix } = toInboxEvent(envelope, { kind: 'TIMER', timer: kind, generation, poolId, dueAt });
    return { topic: TOPICS.inbox.topic, key: timerId, value: inbox.encodeWithContext(prefix, null) };
  };
