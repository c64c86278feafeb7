/**
 * Dead letters back to where they came from: the original key, bytes and headers to the original topic and partition, with marks beside
 * them. The event keeps its id, so whatever had its effect already is a repeat. Which ones went back is noted once Kafka has them; a
 * crash in between sends some again, which is harmless for the same reason.
 */
import { DEAD_LETTER_HEADERS, REDRIVE_HEADERS } from '@lead-router/contracts/headers.ts';
import { type ServiceName, systemOfTopic, TOPICS, vendorOfTopic } from '@lead-router/contracts/topics.ts';
import { listRedrives, noteRedrives } from '@lead-router/store/redrive-store.ts';
import type { KafkaPort, OutgoingRecord, RecordHeaders } from '@lead-router/stream/kafka-port.ts';
import type { Connection } from '../connect/open-connection.ts';
import { deadLetterIdText } from './dead-letter-id.ts';
import { type DeadLetter, type DeadLetterInfo, scanDeadLetters } from './read-dead-letters.ts';

export interface RedriveRequest {
  readonly services: readonly ServiceName[];
  readonly isWanted: (letter: DeadLetterInfo) => boolean;
  readonly by: string;
  /** Those too that went back before. */
  readonly again: boolean;
  /** Says what would be sent, and sends nothing. */
  readonly dryRun: boolean;
}

export interface RedriveReport {
  /** Names of those that went back. */
  readonly redriven: readonly string[];
  /** Wanted, and left out because they went back before. */
  readonly before: readonly string[];
  /** Wanted, and impossible: where they came from is not there. */
  readonly refused: readonly { readonly id: string; readonly why: string }[];
}

const INTERNAL: ReadonlySet<string> = new Set(Object.values(TOPICS).map(({ topic }) => topic));
const OWN_HEADERS: ReadonlySet<string> = new Set([...Object.values(DEAD_LETTER_HEADERS), ...Object.values(REDRIVE_HEADERS)]);

/** Of those that are there now; what dies again meanwhile is another dead letter. */
export async function redriveDeadLetters({ kafka, pool }: Connection, request: RedriveRequest): Promise<RedriveReport> {
  const known = new Set((await listRedrives(pool)).map(deadLetterIdText));
  const partitions = await countPartitions(kafka);
  const redriven: string[] = [];
  const before: string[] = [];
  const refused: { readonly id: string; readonly why: string }[] = [];
  const producer = await kafka.producer();
  try {
    await scanDeadLetters(kafka, request.services, async (letters) => {
      const sending: { readonly info: DeadLetterInfo; readonly record: OutgoingRecord }[] = [];
      for (const letter of letters.filter(({ info }) => request.isWanted(info))) {
        const id = deadLetterIdText(letter.info);
        const count = partitions.get(letter.info.sourceTopic);
        if (!request.again && known.has(id)) before.push(id);
        else if (count === undefined) refused.push({ id, why: `there is no topic "${letter.info.sourceTopic}" to send it back to` });
        else sending.push({ info: letter.info, record: originalOf(letter, { partitions: count, by: request.by }) });
      }
      if (!request.dryRun && sending.length > 0) {
        await producer.send(sending.map(({ record }) => record));
        await noteRedrives(
          pool,
          sending.map(({ info }) => info),
          request.by,
        );
      }
      redriven.push(...sending.map(({ info }) => deadLetterIdText(info)));
    });
  } finally {
    await producer.disconnect();
  }
  return { redriven, before, refused };
}

/** Of the topics that dead letters come from. */
async function countPartitions({ admin }: KafkaPort): Promise<ReadonlyMap<string, number>> {
  const sources = (await admin.listTopics()).filter(
    (topic) => INTERNAL.has(topic) || vendorOfTopic(topic) !== null || systemOfTopic(topic) !== null,
  );
  return new Map(await Promise.all(sources.map(async (topic) => [topic, await admin.partitionCount(topic)] as const)));
}

function originalOf(
  { info, record }: DeadLetter,
  { partitions, by }: { readonly partitions: number; readonly by: string },
): OutgoingRecord {
  const times = Number(String(record.headers[REDRIVE_HEADERS.count] ?? 0));
  const headers: RecordHeaders = {
    ...Object.fromEntries(Object.entries(record.headers).filter(([name]) => !OWN_HEADERS.has(name))),
    [REDRIVE_HEADERS.of]: deadLetterIdText(info),
    [REDRIVE_HEADERS.count]: String((Number.isSafeInteger(times) ? times : 0) + 1),
    [REDRIVE_HEADERS.at]: new Date().toISOString(),
    [REDRIVE_HEADERS.by]: by,
  };
  const { sourceTopic: topic, sourcePartition: partition } = info;
  const place = Number.isInteger(partition) && partition >= 0 && partition < partitions ? { partition } : {};
  return { topic, key: record.key, value: record.value, headers, ...place };
}
