/** The first steps of every service: the stream's generic ones, told what the codec's faults mean. */
import type { ContextCodec, CutValue } from '@lead-router/contracts/codec.ts';
import { CodecFault } from '@lead-router/contracts/codec-fault.ts';
import { type Decoder, decodeStep } from '@lead-router/stream/decode-step.ts';
import type { ConsumedRecord } from '@lead-router/stream/kafka-port.ts';
import type { BatchStep } from '@lead-router/stream/pipeline.ts';
import { deadLetter, type StepResult } from '@lead-router/stream/step-result.ts';

const WAIT_CODES: ReadonlySet<string> = new Set(['LR_CODEC_REGISTRY_UNAVAILABLE']);

/** Whole values. */
export const decodeRecords = <T>(decoder: Decoder<T>): BatchStep<ConsumedRecord, T> =>
  decodeStep({ decoder, waitCodes: WAIT_CODES, faultOf: (error) => (error instanceof CodecFault ? error : null) });

/** Values cut before their context, whose bytes travel on without being decoded and encoded again. */
export const cutRecords = <T, P>(codec: ContextCodec<T, P>): BatchStep<ConsumedRecord, CutValue<P>> =>
  decodeRecords({ prepare: codec.prepare, decode: (value) => codec.decodePrefix(value) });

/** Decodes a context within a step; what cannot be read is a dead letter. */
export function readable<C, Out>(
  context: Buffer | null,
  decode: (bytes: Buffer) => C,
  use: (content: C, bytes: Buffer) => StepResult<Out>,
): StepResult<Out> {
  if (context === null) return deadLetter('LR_CODEC_MALFORMED', 'the value carries no context');
  let content: C;
  try {
    content = decode(context);
  } catch (error) {
    if (error instanceof CodecFault) return deadLetter(error.code, error.message);
    throw error;
  }
  return use(content, context);
}
