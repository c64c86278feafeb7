/** One dead letter in full: where it comes from, why it is here, and, if somebody asks for it, what is in it. */
import { type Codec, openCodec } from '@lead-router/contracts/codec.ts';
import { CodecFault } from '@lead-router/contracts/codec-fault.ts';
import type { SchemaSource } from '@lead-router/contracts/schema-source.ts';
import { type RecordName, systemOfTopic, TOPICS, valueSubject, vendorOfTopic } from '@lead-router/contracts/topics.ts';
import type { Redrive } from '@lead-router/store/redrive-store.ts';
import { deadLetterIdText } from './dead-letter-id.ts';
import type { DeadLetter, DeadLetterInfo } from './read-dead-letters.ts';
import { instant } from './text-table.ts';

export interface ShownDeadLetter extends DeadLetterInfo {
  readonly id: string;
  /** null: it has none, a tombstone. */
  readonly valueBytes: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** When it went back last; null: never. */
  readonly redrivenAt: number | null;
  /** Only when it was asked for, because it may be personal. */
  readonly value?: DeadLetterValue;
}

export type DeadLetterValue =
  | { readonly kind: 'DECODED'; readonly record: string; readonly content: unknown }
  | { readonly kind: 'UNREADABLE'; readonly why: string; readonly hex: string };

const SHOWN_BYTES = 512;

export function shownDeadLetter({ info, record }: DeadLetter, redrives: readonly Redrive[]): ShownDeadLetter {
  const id = deadLetterIdText(info);
  return {
    id,
    ...info,
    valueBytes: record.value?.length ?? null,
    headers: Object.fromEntries(Object.entries(record.headers).map(([name, value]) => [name, String(value)])),
    redrivenAt: redrives.find((one) => deadLetterIdText(one) === id)?.redrivenAt ?? null,
  };
}

/** As the reader of its topic would read it. */
export async function readDeadValue({ info, record }: DeadLetter, schemas: SchemaSource): Promise<DeadLetterValue> {
  const bytes = record.value ?? Buffer.alloc(0);
  const unreadable = (why: string): DeadLetterValue => ({ kind: 'UNREADABLE', why, hex: bytes.subarray(0, SHOWN_BYTES).toString('hex') });
  const name = recordOf(info.sourceTopic);
  if (name === null) return unreadable(`nobody knows what ${info.sourceTopic} holds`);
  try {
    const codec: Pick<Codec<unknown>, 'prepare' | 'decode'> = await openCodec(schemas, {
      subject: valueSubject(info.sourceTopic),
      record: name,
    });
    await codec.prepare([bytes]);
    return { kind: 'DECODED', record: name, content: codec.decode(bytes) };
  } catch (error) {
    if (error instanceof CodecFault) return unreadable(error.message);
    throw error;
  }
}

function recordOf(topic: string): RecordName | null {
  if (vendorOfTopic(topic) !== null) return 'LeadIntake';
  if (systemOfTopic(topic) !== null) return 'ActivityIntake';
  return Object.values(TOPICS).find((entry) => entry.topic === topic)?.record ?? null;
}

export function formatDeadLetter(letter: ShownDeadLetter): string {
  const { id, step, code, message, sourceTopic, sourcePartition, sourceOffset, sourceTimestamp, diedAt, attempts, leadId } = letter;
  const size = letter.valueBytes === null ? 'no value (a tombstone)' : `${letter.valueBytes} bytes`;
  return [
    `dead letter ${id}`,
    '',
    `  why       ${whyDead({ message, code })}`,
    `  where     step ${step}, after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}, at ${instant(diedAt)}`,
    `  from      ${sourceTopic}, partition ${sourcePartition}, offset ${sourceOffset}, written ${instant(sourceTimestamp)}`,
    ...(leadId === null ? [] : [`  lead      ${leadId}`]),
    `  value     ${size}${letter.value === undefined ? '; --value shows it, and may show personal data' : ''}`,
    ...(letter.redriveOf === null ? [] : [`  before    ${letter.redriveOf}, which was sent back`]),
    `  redriven  ${letter.redrivenAt === null ? `no: lead-router dead-letters redrive ${id}` : instant(letter.redrivenAt)}`,
    ...(letter.value === undefined ? [] : ['', ...valueLines(letter.value)]),
  ].join('\n');
}

/** Faults of a lead name their codes themselves. */
export function whyDead({ message, code }: Pick<DeadLetterInfo, 'message' | 'code'>): string {
  return message.includes(code) ? message : `${message} (${code})`;
}

function valueLines(value: DeadLetterValue): readonly string[] {
  if (value.kind === 'DECODED') return [`${value.record}:`, JSON.stringify(value.content, null, 2)];
  return [`${value.why}; it begins with`, ...(value.hex.match(/.{1,64}/g) ?? [])];
}
