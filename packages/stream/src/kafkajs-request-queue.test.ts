import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installQuietRequestQueue } from './kafkajs-request-queue.ts';

interface Request {
  readonly entry: { readonly correlationId: number; readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void };
  readonly expectResponse: boolean;
  readonly sendRequest: () => void;
}

interface Queue {
  push(request: Request): void;
  fulfillRequest(answer: { correlationId: number; payload: unknown; size: number }): void;
  maybeThrottle(milliseconds: number): void;
  destroy(): void;
}

const RequestQueue: new (options: object) => Queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js');
const logger = { debug: () => undefined, warn: () => undefined };

const open = (): { readonly queue: Queue; readonly sent: readonly number[]; readonly ask: (correlationId: number) => void } => {
  const sent: number[] = [];
  const queue = new RequestQueue({ maxInFlightRequests: 1, requestTimeout: 15_000, clientId: 'c', broker: 'b', logger });
  const ask = (correlationId: number): void =>
    queue.push({
      entry: { correlationId, resolve: () => undefined, reject: () => undefined },
      expectResponse: true,
      sendRequest: () => void sent.push(correlationId),
    });
  return { queue, sent, ask };
};

const answer = (correlationId: number) => ({ correlationId, payload: null, size: 0 });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the queue of a connection', () => {
  it('of kafkajs itself looks for requests once a millisecond for ever: without that there is nothing to mend', () => {
    const { queue, ask } = open();
    ask(1);
    queue.fulfillRequest(answer(1));
    for (let turn = 0; turn < 3; turn++) {
      expect(vi.getTimerCount()).toBe(1);
      vi.advanceTimersByTime(1);
    }
    queue.destroy();
  });

  describe('once it has been quietened', () => {
    beforeEach(installQuietRequestQueue);

    it('sets no timer while nothing waits', () => {
      const { queue, sent, ask } = open();
      ask(1);
      queue.fulfillRequest(answer(1));
      expect(sent).toEqual([1]);
      expect(vi.getTimerCount()).toBe(0);
    });

    it('sends what waits for the answer to another request as soon as that is there', () => {
      const { queue, sent, ask } = open();
      ask(1);
      ask(2);
      expect(sent).toEqual([1]);
      queue.fulfillRequest(answer(1));
      expect(sent).toEqual([1, 2]);
      queue.fulfillRequest(answer(2));
      vi.runAllTimers();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('sends what the broker has asked to hold back once the time is over', () => {
      const { queue, sent, ask } = open();
      queue.maybeThrottle(300);
      ask(1);
      vi.advanceTimersByTime(299);
      expect(sent).toEqual([]);
      vi.advanceTimersByTime(2);
      expect(sent).toEqual([1]);
      queue.fulfillRequest(answer(1));
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
