/**
 * The first step of nearly every flow: bytes to a value. Schemas not seen before are fetched once for the chunk; bytes
 * that cannot be read become dead letters, a registry that is down makes the partition wait.
 */
import type { ConsumedRecord } from './kafka-port.ts';
import type { BatchStep } from './pipeline.ts';
import { deadLetter, ok, retryLater, type StepResult } from './step-result.ts';

/** What a codec of the contracts package offers. */
export interface Decoder<T> {
  prepare(values: Iterable<Buffer | null>): Promise<void>;
  decode(value: Buffer): T;
}

/** A fault of the codec as an error: `code` from its closed list. */
export interface DecodeFault {
  readonly code: string;
  readonly message: string;
}

export interface DecodeStepOptions<T> {
  readonly decoder: Decoder<T>;
  /** null for an error that is none of the codec's: a bug. */
  readonly faultOf: (error: unknown) => DecodeFault | null;
  /** Codes that mean "the registry does not answer". */
  readonly waitCodes: ReadonlySet<string>;
}

export function decodeStep<T>(options: DecodeStepOptions<T>): BatchStep<ConsumedRecord, T> {
  const settle = (error: unknown): StepResult<T> => {
    const fault = options.faultOf(error);
    if (!fault) throw error;
    return options.waitCodes.has(fault.code) ? retryLater('registry', fault.message) : deadLetter(fault.code, fault.message);
  };
  const decodeOne = ({ value }: ConsumedRecord): StepResult<T> => {
    if (value === null) return deadLetter('LR_CODEC_TOMBSTONE', 'a record without a value says nothing here');
    try {
      return ok(options.decoder.decode(value));
    } catch (error) {
      return settle(error);
    }
  };
  return {
    name: 'decode',
    purpose: 'bytes to a value, whatever version wrote them',
    runBatch: async (records) => {
      try {
        await options.decoder.prepare(records.map((record) => record.value));
      } catch (error) {
        const result = settle(error);
        return records.map(() => result);
      }
      return records.map(decodeOne);
    },
  };
}
