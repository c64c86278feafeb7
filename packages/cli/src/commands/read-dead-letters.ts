/** Dead letters as what they say about themselves: never their value, which may be personal. */
import { randomUUID } from 'node:crypto';
import { DEAD_LETTER_HEADERS, REDRIVE_HEADERS } from '@lead-router/contracts/headers.ts';
import { isUuid } from '@lead-router/contracts/ids.ts';
import { deadLetterTopic, type ServiceName, TOPICS } from '@lead-router/contracts/topics.ts';
import type { ConsumedRecord, KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import type { DeadLetterId } from './dead-letter-id.ts';

export interface DeadLetterInfo extends DeadLetterId {
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
  /** Name of the dead letter that it was before somebody sent it back; null: it died for the first time. */
  readonly redriveOf: string | null;
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

export interface DeadLetter {
  readonly info: DeadLetterInfo;
  readonly record: ConsumedRecord;
}

/** Up to now, as they come: those of a service in their order. The next ones wait for what `onLetters` returns. */
export async function scanDeadLetters(
  kafka: KafkaPort,
  services: readonly ServiceName[],
  onLetters: (letters: readonly DeadLetter[]) => void | Promise<void>,
): Promise<void> {
  const existing = new Set(await kafka.admin.listTopics());
  await Promise.all(
    services
      .filter((service) => existing.has(deadLetterTopic(service)))
      .map((service) =>
        readTopic(kafka, {
          topic: deadLetterTopic(service),
          groupId: `lead-router-cli-${randomUUID()}`,
          onRecords: (records, partition) => onLetters(records.map((record) => ({ info: infoOf({ service, partition }, record), record }))),
        }),
      ),
  );
}

export async function readDeadLetters(kafka: KafkaPort, options: ReadDeadLettersOptions): Promise<FoundDeadLetters> {
  const kept: DeadLetterInfo[] = [];
  let total = 0;
  await scanDeadLetters(kafka, options.services, (letters) => {
    for (const { info } of letters) {
      if (options.isWanted?.(info) === false) continue;
      total += 1;
      kept.push(info);
      if (kept.length > options.limit * 2) cut(kept, options.limit);
    }
  });
  cut(kept, options.limit);
  return { total, letters: kept };
}

/** null: it is not there, or not any more. */
export async function readDeadLetter(kafka: KafkaPort, id: DeadLetterId): Promise<DeadLetter | null> {
  const { service, partition, offset } = id;
  const topic = deadLetterTopic(service);
  if (!(await kafka.admin.listTopics()).includes(topic)) return null;
  const range = (await kafka.admin.offsetRange(topic)).find((one) => one.partition === partition);
  if (range === undefined || offset < range.low || offset >= range.high) return null;
  const found: ConsumedRecord[] = [];
  await readTopic(kafka, {
    topic,
    groupId: `lead-router-cli-${randomUUID()}`,
    from: new Map([[partition, offset]]),
    until: new Map([[partition, offset + 1]]),
    onRecords: (records) => void found.push(...records),
  });
  const [record] = found;
  return record === undefined ? null : { info: infoOf(id, record), record };
}

function cut(letters: DeadLetterInfo[], limit: number): void {
  letters.sort((a, b) => b.diedAt - a.diedAt || b.offset - a.offset);
  letters.length = Math.min(letters.length, limit);
}

const KEYED_BY_LEAD: ReadonlySet<string> = new Set(Object.values(TOPICS).map(({ topic }) => topic));

function infoOf({ service, partition }: Pick<DeadLetterId, 'service' | 'partition'>, record: ConsumedRecord): DeadLetterInfo {
  const { key, headers, offset, timestampMs } = record;
  const text = (name: string): string => String(headers[name] ?? '');
  const number = (name: string): number => Number(text(name));
  const sourceTopic = text(DEAD_LETTER_HEADERS.sourceTopic);
  const keyText = key?.toString('utf8') ?? '';
  return {
    service,
    partition,
    offset,
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
    redriveOf: text(REDRIVE_HEADERS.of) || null,
  };
}
