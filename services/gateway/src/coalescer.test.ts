import { describe, expect, it } from 'vitest';
import { createCoalescer } from './coalescer.ts';

/** Numbers, doubled; each flush waits until the test lets it go. */
function createWorld(options: { readonly maxFlushSize?: number; readonly maxWaitingSize?: number; readonly maxFlushes?: number } = {}) {
  const flushes: { readonly inputs: readonly number[]; readonly go: () => void; readonly fail: (error: Error) => void }[] = [];
  const add = createCoalescer<number, number>({
    flush: async (inputs) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      flushes.push({ inputs, go: resolve, fail: reject });
      await promise;
      return inputs.map((input) => (input < 0 ? { ok: false, error: new Error('negative') } : { ok: true, value: input * 2 }));
    },
    sizeOf: () => 1,
    ...{ maxFlushSize: 3, maxWaitingSize: 5, maxFlushes: 1, ...options },
  });
  return { add, flushes };
}

describe('the coalescer', () => {
  it('begins at once, and gathers what comes meanwhile, in order', async () => {
    const { add, flushes } = createWorld();
    const answers = [1, 2, 3, 4, 5].map(add);
    expect(flushes.map(({ inputs }) => inputs)).toEqual([[1]]);
    flushes[0]?.go();
    await expect.poll(() => flushes.length).toBe(2);
    flushes[1]?.go();
    await expect.poll(() => flushes.length).toBe(3);
    flushes[2]?.go();
    expect(await Promise.all(answers)).toEqual([2, 4, 6, 8, 10]);
    expect(flushes.map(({ inputs }) => inputs)).toEqual([[1], [2, 3, 4], [5]]);
  });

  it('works on as many flushes at a time as it may', () => {
    const { add, flushes } = createWorld({ maxFlushes: 2 });
    for (const input of [1, 2, 3]) void add(input);
    expect(flushes.map(({ inputs }) => inputs)).toEqual([[1], [2]]);
  });

  it('tells each input its own outcome, and all of them that their flush failed', async () => {
    const { add, flushes } = createWorld();
    const answers = [1, -2, 3].map(add);
    flushes[0]?.go();
    expect(await answers[0]).toBe(2);
    await expect.poll(() => flushes.length).toBe(2);
    flushes[1]?.go();
    await expect(answers[1]).rejects.toThrow('negative');
    expect(await answers[2]).toBe(6);
    const failing = [4, 5].map(add);
    flushes[2]?.fail(new Error('away'));
    await expect(failing[0]).rejects.toThrow('away');
    await expect.poll(() => flushes.length).toBe(4);
    flushes[3]?.go();
    expect(await failing[1]).toBe(10);
  });

  it('refuses what would wait too long', async () => {
    const { add } = createWorld();
    for (const input of [1, 2, 3, 4, 5, 6]) void add(input);
    await expect(add(7)).rejects.toMatchObject({ code: 'LR_GATEWAY_OVERLOADED' });
  });
});
