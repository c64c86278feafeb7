/** The dead letters below the cut, by where they came from: each is the outcome of one record. */
import { DEAD_LETTER_HEADERS } from '@lead-router/contracts/headers.ts';
import { isUuid } from '@lead-router/contracts/ids.ts';
import { type ServiceName, vendorOfTopic } from '@lead-router/contracts/topics.ts';
import type { ConsumedRecord } from '@lead-router/stream/kafka-port.ts';
import type { AuditLedger } from './audit-ledger.ts';

export interface DeadLetters {
  add(service: ServiceName, record: Pick<ConsumedRecord, 'key' | 'headers'>): void;
  /** The record at that place has become a dead letter. */
  isDead(topic: string, partition: number, offset: number): boolean;
  counts(): Readonly<Record<string, number>>;
}

export function createDeadLetters(ledger: AuditLedger, services: readonly ServiceName[]): DeadLetters {
  const places = new Set<string>();
  const counts: Record<string, number> = Object.fromEntries(services.map((service) => [service, 0]));
  return {
    add: (service, { key, headers }) => {
      counts[service] = (counts[service] ?? 0) + 1;
      const [topic, partition, offset] = [
        DEAD_LETTER_HEADERS.sourceTopic,
        DEAD_LETTER_HEADERS.sourcePartition,
        DEAD_LETTER_HEADERS.sourceOffset,
      ].map((name) => String(headers[name] ?? ''));
      places.add(`${topic}/${partition}/${offset}`);
      const leadId = leadIdOf(key);
      // An intake record has no lead id yet, whatever the vendor's key looks like.
      if (leadId !== null && vendorOfTopic(topic ?? '') === null) ledger.entry(leadId).isDeadLettered = true;
    },
    isDead: (topic, partition, offset) => places.has(`${topic}/${partition}/${offset}`),
    counts: () => counts,
  };
}

/** Internal lead topics are keyed by lead id; null for anything else. */
export function leadIdOf(key: Buffer | null): string | null {
  const text = key?.toString('utf8') ?? '';
  return isUuid(text) ? text : null;
}
