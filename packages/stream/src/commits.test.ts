import { MemoryBroker } from '@lead-router/testkit/memory-broker.ts';
import { Scheduler } from '@lead-router/testkit/scheduler.ts';
import { createVirtualClock } from '@lead-router/testkit/virtual-clock.ts';
import { describe, expect, it } from 'vitest';
import { KafkaFault } from './kafka-port.ts';
import { createLazyCommits } from './lazy-commits.ts';
import { type CommitPosition, createMergedCommits } from './merged-commits.ts';

const at = (partition: number, offset: number): CommitPosition => ({ topic: 't', partition, offset });

describe('createMergedCommits', () => {
  it('sends at once, and merges what comes while a request is on its way', async () => {
    const requests: { readonly positions: readonly CommitPosition[]; readonly answer: PromiseWithResolvers<void> }[] = [];
    const commits = createMergedCommits((positions) => {
      const answer = Promise.withResolvers<void>();
      requests.push({ positions, answer });
      return answer.promise;
    });
    const first = commits.commit([at(0, 1)]);
    await Promise.resolve();
    const later = [commits.commit([at(0, 2)]), commits.commit([at(1, 5)]), commits.commit([at(0, 3)])];
    requests[0]?.answer.resolve();
    await first;
    await expect.poll(() => requests.length).toBe(2);
    expect(requests.map((request) => request.positions)).toEqual([[at(0, 1)], [at(0, 3), at(1, 5)]]);
    requests[1]?.answer.resolve();
    await Promise.all(later);
  });

  it('fails those of the failed request only, and goes on', async () => {
    let failures = 1;
    const commits = createMergedCommits(() => (failures-- > 0 ? Promise.reject(new Error('no')) : Promise.resolve()));
    await expect(commits.commit([at(0, 1)])).rejects.toThrow('no');
    await expect(commits.commit([at(0, 2)])).resolves.toBeUndefined();
    await expect(commits.commit([])).resolves.toBeUndefined();
  });
});

const createWorld = (answers: (() => void)[] = []) => {
  const scheduler = new Scheduler({ seed: 1, startAt: 0 });
  const { server: process } = new MemoryBroker({ scheduler }).scheduler;
  const sent: (readonly CommitPosition[])[] = [];
  const errors: unknown[] = [];
  const commits = createLazyCommits({
    clock: createVirtualClock({ scheduler, process }),
    intervalMs: 100,
    commit: async (positions) => {
      sent.push(positions);
      answers.shift()?.();
    },
    onError: (error) => errors.push(error),
  });
  const pass = async (steps: number): Promise<void> => {
    for (let step = 0; step < steps; step += 1) await scheduler.step();
  };
  return { commits, sent, errors, pass };
};

const fail = (kind: 'not-member' | 'unavailable') => () => {
  throw new KafkaFault(kind, kind);
};

describe('createLazyCommits', () => {
  it('waits an interval, then sends the newest of each partition once', async () => {
    const world = createWorld();
    world.commits.note(at(0, 1));
    world.commits.note(at(0, 2));
    world.commits.note(at(1, 7));
    expect(world.sent).toEqual([]);
    await world.pass(3);
    expect(world.sent).toEqual([[at(0, 2), at(1, 7)]]);
  });

  it('tries again what a broker that is away did not take, unless something newer was noted', async () => {
    const world = createWorld([fail('unavailable')]);
    world.commits.note(at(0, 1));
    world.commits.note(at(1, 1));
    await world.commits.flush();
    expect(world.errors).toHaveLength(1);
    world.commits.note(at(0, 5));
    await world.commits.flush();
    expect(world.sent[1]).toEqual(expect.arrayContaining([at(0, 5), at(1, 1)]));
    expect(world.sent[1]).toHaveLength(2);
  });

  it('drops what a group that has moved on refuses, and what it is told to forget', async () => {
    const world = createWorld([fail('not-member')]);
    world.commits.note(at(0, 1));
    await world.commits.flush();
    world.commits.note(at(0, 2));
    world.commits.forget();
    await world.commits.flush();
    expect(world.sent).toEqual([[at(0, 1)]]);
    expect(world.errors).toEqual([]);
  });
});
