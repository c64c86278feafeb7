/**
 * Work of many requests done together: while a flush is under way the next ones gather, so that a burst costs a few round trips
 * and a lone request waits for nobody.
 */
import { GatewayError } from './gateway-error.ts';

export type Settled<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown };

export interface CoalescerOptions<In, Out> {
  /** One outcome for each input, in their order. A rejection is everybody's. */
  readonly flush: (inputs: readonly In[]) => Promise<readonly Settled<Out>[]>;
  /** How much of the bounds one input takes. */
  readonly sizeOf: (input: In) => number;
  /** A flush takes inputs up to this size; at least one. */
  readonly maxFlushSize: number;
  /** What may wait; above it inputs are refused with LR_GATEWAY_OVERLOADED. */
  readonly maxWaitingSize: number;
  /** Flushes under way at the same time. */
  readonly maxFlushes: number;
}

interface Waiting<In, Out> {
  readonly input: In;
  readonly size: number;
  readonly resolve: (value: Out) => void;
  readonly reject: (error: unknown) => void;
}

export function createCoalescer<In, Out>(options: CoalescerOptions<In, Out>): (input: In) => Promise<Out> {
  let waiting: Waiting<In, Out>[] = [];
  let waitingSize = 0;
  let flushes = 0;

  const take = (): readonly Waiting<In, Out>[] => {
    let size = 0;
    let count = 0;
    for (const item of waiting) {
      if (count > 0 && size + item.size > options.maxFlushSize) break;
      size += item.size;
      count += 1;
    }
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    waitingSize -= size;
    return taken;
  };

  const flush = async (items: readonly Waiting<In, Out>[]): Promise<void> => {
    try {
      const outcomes = await options.flush(items.map(({ input }) => input));
      for (const [index, item] of items.entries()) {
        const outcome = outcomes[index];
        if (outcome === undefined) item.reject(new Error('a flush gave fewer outcomes than it was given inputs'));
        else if (outcome.ok) item.resolve(outcome.value);
        else item.reject(outcome.error);
      }
    } catch (error) {
      for (const item of items) item.reject(error);
    }
  };

  const pump = async (): Promise<void> => {
    flushes += 1;
    while (waiting.length > 0) await flush(take());
    flushes -= 1;
  };

  return (input) => {
    const size = options.sizeOf(input);
    if (waitingSize > 0 && waitingSize + size > options.maxWaitingSize) {
      return Promise.reject(new GatewayError('LR_GATEWAY_OVERLOADED', 'too much is waiting; send it again', { retryAfterSeconds: 1 }));
    }
    return new Promise((resolve, reject) => {
      waiting.push({ input, size, resolve, reject });
      waitingSize += size;
      if (flushes < options.maxFlushes) void pump();
    });
  };
}
