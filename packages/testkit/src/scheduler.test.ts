/** What may happen to an operation, and that the seed alone decides it. */
import { describe, expect, it } from 'vitest';
import { Scheduler } from './scheduler.ts';
import { createVirtualClock } from './virtual-clock.ts';

async function runUntilIdle(scheduler: Scheduler): Promise<void> {
  while ((await scheduler.step()) !== 'IDLE');
}

function appending(scheduler: Scheduler, log: string[], name: string) {
  const process = scheduler.createProcess(name);
  const act = (label: string) => scheduler.operate({ process, label, effect: () => void log.push(`${name}${label}`) });
  return { process, act };
}

async function interleaving(seed: number): Promise<string> {
  const scheduler = new Scheduler({ seed, startAt: 0 });
  const log: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    const { act } = appending(scheduler, log, name);
    void act('1').then(() => act('2'));
  }
  await runUntilIdle(scheduler);
  return log.join(' ');
}

describe('Scheduler', () => {
  it('gives each seed its interleaving, the same every time, and all of them in the end', async () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 1_000; seed++) seen.add(await interleaving(seed));
    expect(await interleaving(7)).toBe(await interleaving(7));
    // Six steps of three processes, two each in order: 6! / 2! / 2! / 2!.
    expect(seen.size).toBe(90);
  });

  it('moves the clock only when nothing else can happen', async () => {
    const scheduler = new Scheduler({ seed: 1, startAt: 1_000 });
    const clock = createVirtualClock({ scheduler, process: scheduler.createProcess('p') });
    const woken: number[] = [];
    for (const ms of [30_000, 10_000]) void clock.sleep(ms).then(() => woken.push(clock.now()));
    await runUntilIdle(scheduler);
    expect(woken.map((at) => Math.round(at / 1_000))).toEqual([11, 31]);
  });

  it('ends a sleep at once when its signal aborts', async () => {
    const scheduler = new Scheduler({ seed: 1, startAt: 0 });
    const clock = createVirtualClock({ scheduler, process: scheduler.createProcess('p') });
    const stopping = new AbortController();
    const sleep = clock.sleep(60_000, stopping.signal);
    stopping.abort();
    await sleep;
    expect(scheduler.now).toBe(0);
  });

  it('never resumes a dead process; what it had sent off happens or does not', async () => {
    const outcomes = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const scheduler = new Scheduler({ seed, startAt: 0 });
      const log: string[] = [];
      const { process, act } = appending(scheduler, log, 'p');
      void act('1').then(() => log.push('resumed'));
      scheduler.kill(process);
      await runUntilIdle(scheduler);
      outcomes.add(log.join(' '));
    }
    expect(outcomes).toEqual(new Set(['', 'p1']));
  });

  it('holds a frozen process back until it thaws', async () => {
    const scheduler = new Scheduler({ seed: 3, startAt: 0 });
    const log: string[] = [];
    const frozen = appending(scheduler, log, 'f');
    const running = appending(scheduler, log, 'r');
    void frozen.act('1').then(() => log.push(`f resumed at ${scheduler.now >= 5_000}`));
    scheduler.freeze(frozen.process, 5_000);
    void running.act('1');
    await runUntilIdle(scheduler);
    expect(log.indexOf('r1')).toBeLessThan(log.indexOf('f resumed at true'));
  });
});
