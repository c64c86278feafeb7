/** Dead letters as what they say about themselves: never their value, which may be personal. */

import { randomUUID } from 'node:crypto';
import { DEAD_LETTER_HEADERS } from '@lead-router/contracts/headers.ts';
import { isUuid } from '@lead-router/contracts/ids.ts';
import { deadLetterTopic, type ServiceName, TOPICS } from '@lead-router/contracts/topics.ts';
import type { ConsumedRecord, KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';

export interface DeadLetterInfo {
  readonly service: ServiceName;
  readonly step: string;
  readonly code: string;
  readonly message: string;
  readonly sourceTopic: string;
  readonly sourcePartition: number;
  readonly sourceOffset: number;
  /** When the source record was written. */
  readonly sourceTimestamp: number;
  readonly diedAt: number;
  readonly attempts: number;
  /** Of records of internal topics; the keys of others are the vendor's own. */
  readonly leadId: string | null;
  readonly offset: number;
}

export interface ReadDeadLettersOptions {
  readonly services: readonly ServiceName[];
  /** Most that are kept: the latest. */
  readonly limit: number;
  readonly isWanted?: (letter: DeadLetterInfo) => boolean;
}

export interface FoundDeadLetters {
  readonly total: number;
  /** Latest first. */
  readonly letters: readonly DeadLetterInfo[];
}

const KEYED_BY_LEAD: ReadonlySet<string> = new Set(Object.values(TOPICS).map(({ topic }) => topic));

export async function readDeadLetters(kafka: KafkaPort, options: ReadDeadLettersOptions): Promise<FoundDeadLetters> {
  const existing = new Set(await kafka.admin.listTopics());
  const kept: DeadLetterInfo[] = [];
  let total = 0;
  const add = (letter: DeadLetterInfo): void => {
    if (options.isWanted?.(letter) === false) return;
    total += 1;
    kept.push(letter);
    if (kept.length > options.limit * 2) cut(kept, options.limit);
  };
  const services = options.services.filter((service) => existing.has(deadLetterTopic(service)));
  await Promise.all(
    services.map((service) =>
      readTopic(kafka, {
        topic: deadLetterTopic(service),
        groupId: `lead-router-cli-${randomUUID()}`,
        onRecords: (records) => {
          for (const record of records) add(infoOf(service, record));
        },
      }),
    ),
  );
  cut(kept, options.limit);
  return { total, letters: kept };
}

function cut(letters: DeadLetterInfo[], limit: number): void {
  letters.sort((a, b) => b.diedAt - a.diedAt || b.offset - a.offset);
  letters.length = Math.min(letters.length, limit);
}

function infoOf(service: ServiceName, { key, headers, offset, timestampMs }: ConsumedRecord): DeadLetterInfo {
  const text = (name: string): string => String(headers[name] ?? '');
  const number = (name: string): number => Number(text(name));
  const sourceTopic = text(DEAD_LETTER_HEADERS.sourceTopic);
  const keyText = key?.toString('utf8') ?? '';
  return {
    service,
    step: text(DEAD_LETTER_HEADERS.step),
    code: text(DEAD_LETTER_HEADERS.errorCode),
    message: text(DEAD_LETTER_HEADERS.errorMessage),
    sourceTopic,
    sourcePartition: number(DEAD_LETTER_HEADERS.sourcePartition),
    sourceOffset: number(DEAD_LETTER_HEADERS.sourceOffset),
    sourceTimestamp: number(DEAD_LETTER_HEADERS.sourceTimestamp),
    diedAt: timestampMs,
    attempts: number(DEAD_LETTER_HEADERS.attempts),
    leadId: KEYED_BY_LEAD.has(sourceTopic) && isUuid(keyText) ? keyText : null,
    offset,
  };
}
