/** A topic's committed records below the cut, given up when nothing comes any more. */

import { randomUUID } from 'node:crypto';
import type { ConsumedRecord, KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import type { AuditCut } from './audit-cut.ts';

export interface ReadBelowCut {
  readonly kafka: KafkaPort;
  readonly cut: AuditCut;
  /** Where to begin, by partition; the first record that is still there when absent. */
  readonly from?: ReadonlyMap<number, number>;
  /** Longest silence, milliseconds: longer than a transaction may stay open. */
  readonly silenceMs: number;
}

/** All that reading needs of the cut. */
type Reading = Omit<ReadBelowCut, 'cut'> & { readonly cut: Pick<AuditCut, 'until'> };

export type OnRecords = (records: readonly ConsumedRecord[], partition: number) => void | Promise<void>;

/** A topic that does not exist is empty. Rejects with a KafkaFault, or an Error that says where it got stuck. */
export async function readBelowCut({ kafka, cut, from, silenceMs }: Reading, topic: string, onRecords: OnRecords): Promise<void> {
  const until = cut.until(topic);
  if (until.size === 0) return;
  const silence = new AbortController();
  const giveUp = (): void =>
    silence.abort(
      new Error(
        `Kafka gave nothing of ${topic} for ${silenceMs / 1000} s: a transaction that nobody ends? See the broker's log, and try again.`,
      ),
    );
  let timer = setTimeout(giveUp, silenceMs);
  try {
    await readTopic(kafka, {
      topic,
      groupId: `lead-router-audit-${randomUUID()}`,
      until,
      ...(from && { from }),
      signal: silence.signal,
      onRecords: (records, partition) => {
        clearTimeout(timer);
        timer = setTimeout(giveUp, silenceMs);
        return onRecords(records, partition);
      },
    });
  } finally {
    clearTimeout(timer);
  }
}
