/** One answer a key: within a process, across processes that share a store, and after one of them has died. */
import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { Clock } from '@lead-router/stream/clock.ts';
import { describe, expect, it } from 'vitest';
import { createIdempotentAnswers, type KeyedRequest } from './idempotent-answers.ts';
import { createMemoryGatewayStore } from './memory-gateway-store.test-support.ts';

const leadIds = [asLeadId('00000000-0000-5000-8000-000000000001')];
const request: KeyedRequest = { vendor: 'acme', key: 'k', payloadDigest: 'p', leadIds };
const never = (): Promise<Buffer> => new Promise(() => undefined);
const answer = (text: string) => async (): Promise<Buffer> => Buffer.from(text);
const fails = (): Promise<Buffer> => Promise.reject(new Error('Kafka is away'));

/** Work that ends when the test says so. */
function slowWork() {
  const begun = Promise.withResolvers<void>();
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const work = (): Promise<Buffer> => {
    begun.resolve();
    return promise;
  };
  return { work, begun: begun.promise, resolve, reject };
}

/** Sleeping takes no time, but moves the clock. */
function createWorld(onSleep: () => void = () => undefined) {
  let now = 0;
  const clock: Clock = {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
      onSleep();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  const store = createMemoryGatewayStore(clock.now);
  const process = (waitMs = 5_000) => createIdempotentAnswers({ store, clock, leaseMs: 30_000, waitMs, onAbandonFailed: () => undefined });
  return { store, process, pass: (ms: number) => clock.sleep(ms) };
}

describe('an idempotency key', () => {
  it('lets everybody in the process join the first, whatever the outcome', async () => {
    const { process, store } = createWorld();
    const answers = process();
    const works: string[] = [];
    const work = async (): Promise<Buffer> => {
      works.push('worked');
      return Buffer.from('one');
    };
    const all = await Promise.all(Array.from({ length: 100 }, () => answers.once(request, work)));
    expect(new Set(all.map(String))).toEqual(new Set(['one']));
    expect([works.length, store.calls('claimIdempotencyKey')]).toEqual([1, 1]);
    await expect(
      Promise.all([answers.once({ ...request, key: 'f' }, fails), answers.once({ ...request, key: 'f' }, fails)]),
    ).rejects.toThrow('away');
    expect(String(await answers.once({ ...request, key: 'f' }, answer('retried')))).toBe('retried');
  });

  it('refuses another payload, in flight and done', async () => {
    const { process } = createWorld();
    const answers = process();
    void answers.once(request, never);
    const conflict = { code: 'LR_GATEWAY_IDEMPOTENCY_CONFLICT' };
    await expect(answers.once({ ...request, payloadDigest: 'q' }, never)).rejects.toMatchObject(conflict);
    await expect(process().once({ ...request, payloadDigest: 'q' }, never)).rejects.toMatchObject(conflict);
  });

  it('waits for another process, and gives its answer', async () => {
    const slow = slowWork();
    let polls = 0;
    const { process } = createWorld(() => {
      polls += 1;
      if (polls === 3) slow.resolve(Buffer.from('one'));
    });
    const first = process().once(request, slow.work);
    await slow.begun;
    const second = process().once(request, answer('two'));
    expect(await Promise.all([first, second].map(async (given) => String(await given)))).toEqual(['one', 'one']);
    expect(polls).toBeGreaterThanOrEqual(3);
  });

  it('says which leads are coming when another process takes too long', async () => {
    const { process } = createWorld();
    void process().once(request, never);
    await expect(process().once(request, never)).rejects.toMatchObject({
      code: 'LR_GATEWAY_IN_FLIGHT',
      details: { leadIds, retryAfterSeconds: 2 },
    });
  });

  it('is taken over when its lease has run out; the first answer that was kept is the answer', async () => {
    const { process, pass } = createWorld();
    const slow = slowWork();
    const frozen = process().once(request, slow.work);
    await slow.begun;
    await pass(30_001);
    expect(String(await process().once(request, answer('after the lease')))).toBe('after the lease');
    slow.resolve(Buffer.from('too late'));
    expect(String(await frozen)).toBe('after the lease');
  });

  it('is not given up by one that lost it', async () => {
    const { process, pass, store } = createWorld();
    const slow = slowWork();
    const frozen = process().once(request, slow.work);
    await slow.begun;
    await pass(30_001);
    void process().once(request, never);
    await expect.poll(() => store.calls('claimIdempotencyKey')).toBe(2);
    slow.reject(new Error('Kafka is away'));
    await expect(frozen).rejects.toThrow('away');
    expect(store.calls('abandonIdempotencyKey')).toBe(0);
  });
});
