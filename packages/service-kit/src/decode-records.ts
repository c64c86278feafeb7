/** The decode step of every service: the stream's generic one, told what the codec's faults mean. */
import { CodecFault } from '@lead-router/contracts/codec-fault.ts';
import { type Decoder, decodeStep } from '@lead-router/stream/decode-step.ts';

const WAIT_CODES: ReadonlySet<string> = new Set(['LR_CODEC_REGISTRY_UNAVAILABLE']);

export const decodeRecords = <T>(decoder: Decoder<T>) =>
  decodeStep({ decoder, waitCodes: WAIT_CODES, faultOf: (error) => (error instanceof CodecFault ? error : null) });
