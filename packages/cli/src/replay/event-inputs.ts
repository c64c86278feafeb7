/**
 * What events carry on from the inputs they come from, as the inbox still has it: correlation id and headers, and of a lead that was new its
 * context. Digests only, of inputs that replayed batches made events of.
 */
import { hash } from 'node:crypto';
import type { CodecFor } from '@lead-router/contracts/codec.ts';
import type { DecideBatchRequest } from '@lead-router/domain/decide-batch.ts';
import type { BatchRecord } from '@lead-router/store/router-store.ts';
import type { ConsumedRecord, RecordHeaders } from '@lead-router/stream/kafka-port.ts';

export interface EventInput {
  readonly eventId: string;
  /** Of the lead's one input in the batch that made it known, with the rule set that the batch was decided by: goes on as it came. */
  readonly carriesContextOf: number | null;
  /** null: its record was not seen. */
  correlationId: string | null;
  headers: number | null;
  context: number | null;
}

export interface OffsetRange {
  readonly from: number;
  /** Exclusive. */
  readonly until: number;
}

export class EventInputs {
  readonly #byOffset = new Map<number, Map<number, EventInput[]>>();

  /** The same for each event of this input. */
  want(
    { partition, ruleSetVersion }: Pick<BatchRecord, 'partition' | 'ruleSetVersion'>,
    request: DecideBatchRequest,
    index: number,
  ): EventInput {
    const input = request.inputs[index];
    if (input === undefined) throw new RangeError(`the batch has no input ${index}`);
    const { eventId, offset, leadId, kind } = input;
    const offsets = this.#byOffset.get(partition) ?? new Map<number, EventInput[]>();
    this.#byOffset.set(partition, offsets);
    // An activity that was kept for its lead goes by the offset of the submission behind which it was put.
    const there = offsets.get(offset) ?? [];
    const known = there.find((one) => one.eventId === eventId);
    if (known !== undefined) return known;
    const isAlone = request.inputs.every((other, at) => at === index || other.leadId !== leadId);
    const isNew = kind === 'SCORED' && isAlone && !request.snapshot.leads.has(leadId);
    const wanted = { eventId, carriesContextOf: isNew ? ruleSetVersion : null, correlationId: null, headers: null, context: null };
    offsets.set(offset, [...there, wanted]);
    return wanted;
  }

  /** Where the inbox has them, by partition. */
  ranges(): ReadonlyMap<number, OffsetRange> {
    const ranges = new Map<number, OffsetRange>();
    for (const [partition, offsets] of this.#byOffset) {
      let [from, until] = [Number.POSITIVE_INFINITY, 0];
      for (const offset of offsets.keys()) [from, until] = [Math.min(from, offset), Math.max(until, offset + 1)];
      if (from < until) ranges.set(partition, { from, until });
    }
    return ranges;
  }

  /** A record of the inbox. Call the codec's `prepare` first. */
  see(inbox: CodecFor<'InboxEvent'>, partition: number, { offset, value, headers }: ConsumedRecord): void {
    const wanted = this.#byOffset.get(partition)?.get(offset);
    if (wanted === undefined || value === null) return;
    const { prefix, context } = inbox.decodePrefix(value);
    const { body, envelope } = prefix;
    const scoredBy = 'leadrouter.v1.LeadScored' in body ? body['leadrouter.v1.LeadScored'].ruleSetVersion : null;
    for (const input of wanted) {
      input.headers = digestHeaders(headers);
      if (envelope.eventId !== input.eventId) continue;
      input.correlationId = envelope.correlationId;
      // One that was scored by another rule set is scored again, and its context is another.
      if (context !== null && scoredBy === input.carriesContextOf) input.context = digestBytes(context);
    }
  }
}

/** 48 bits, as of fields: enough to tell two that are compared once. */
const DIGEST_BYTES = 6;

export function digestBytes(bytes: Buffer): number {
  return hash('sha1', bytes, 'buffer').readUIntBE(0, DIGEST_BYTES);
}

/** Text and bytes alike: a topic does not tell them apart. */
export function digestHeaders(headers: RecordHeaders): number {
  const plain = Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('base64')]);
  return digestBytes(Buffer.from(JSON.stringify(plain)));
}
