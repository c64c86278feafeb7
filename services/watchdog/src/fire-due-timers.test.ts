/** Rounds of the watchdog over the double of the timer store that keeps the store's contract, with the real codec. */
import { type CodecFor, openTopicCodec } from '@lead-router/contracts/codec.ts';
import { leadIdFor, poolTimerId, timerEventId } from '@lead-router/contracts/ids.ts';
import { fromInboxEvent } from '@lead-router/contracts/mappers/inbox-mapper.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import type { DueTimer } from '@lead-router/store/router-store.ts';
import type { OutgoingRecord } from '@lead-router/stream/kafka-port.ts';
import { MemoryDatabase } from '@lead-router/testkit/memory-database.ts';
import { createMemoryTimerStore } from '@lead-router/testkit/memory-timer-store.ts';
import { driveInRealTime } from '@lead-router/testkit/real-time-driver.ts';
import { Scheduler } from '@lead-router/testkit/scheduler.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fireDueTimers, type WatchdogOptions } from './fire-due-timers.ts';
import { timerFired } from './timer-fired.ts';

const NOON = Date.UTC(2026, 0, 5, 12);
const LEASE_MS = 10_000;
const lead = leadIdFor('vendor-a', { kind: 'REFERENCE', reference: 'r-1' });

let inbox: CodecFor<'InboxEvent'>;
let database: MemoryDatabase;
let sent: OutgoingRecord[];
let now: number;
let options: WatchdogOptions;
let close: () => Promise<void>;

beforeEach(async () => {
  inbox = await openTopicCodec(createMemorySchemas(), 'inbox');
  const scheduler = new Scheduler({ seed: 1, startAt: 0 });
  database = new MemoryDatabase({ scheduler, partitions: 1, activeRuleVersion: 1, poolTimerId });
  close = driveInRealTime(scheduler);
  sent = [];
  now = NOON;
  options = {
    timers: createMemoryTimerStore({ database, process: scheduler.createProcess('watchdog') }),
    producer: { send: async (records) => void sent.push(...records) },
    clock: { now: () => now, sleep: async () => undefined },
    timerFired: timerFired(inbox),
    limit: 2,
    leaseMs: LEASE_MS,
  };
});

afterEach(() => close());

function setTimer(known: Partial<DueTimer> = {}): DueTimer {
  const timer: DueTimer = { timerId: lead, kind: 'ACCEPT', poolId: null, generation: 1, dueAt: NOON - 1_000, ...known };
  database.timers.set(timer.timerId, { ...timer, state: 'PENDING', leasedUntil: null });
  return timer;
}

const read = ({ value }: OutgoingRecord) => fromInboxEvent(inbox.decodePrefix(value ?? Buffer.alloc(0)));

describe('a due timer', () => {
  test('goes into the inbox once, under its lead, with its deadline as the time it happened', async () => {
    setTimer();
    expect(await fireDueTimers(options)).toHaveLength(1);
    expect(await fireDueTimers(options)).toEqual([]);
    expect(sent).toMatchObject([{ topic: 'lead.inbox.v1', key: lead }]);
    expect(sent.map(read)).toMatchObject([
      {
        kind: 'TIMER',
        timer: 'ACCEPT',
        generation: 1,
        leadId: lead,
        eventId: timerEventId(lead, 1),
        occurredAt: NOON - 1_000,
        dueAt: NOON - 1_000,
      },
    ]);
    expect(database.timers.get(lead)?.state).toBe('FIRED');
  });

  test('of a pool goes under its own id, and names the pool', async () => {
    setTimer({ timerId: poolTimerId('field'), kind: 'POOL_WAKE', poolId: 'field' });
    await fireDueTimers(options);
    expect(sent.map(read)).toMatchObject([{ kind: 'TIMER', timer: 'POOL_WAKE', poolId: 'field', leadId: poolTimerId('field') }]);
  });

  test('waits for its time', async () => {
    setTimer({ dueAt: NOON + 1 });
    expect(await fireDueTimers(options)).toEqual([]);
    now = NOON + 1;
    expect(await fireDueTimers(options)).toHaveLength(1);
  });

  test('takes its turn: the earliest first, so many in a round', async () => {
    for (const [index, dueAt] of [NOON - 1, NOON - 3, NOON - 2].entries()) setTimer({ timerId: `timer-${index}`, dueAt });
    expect((await fireDueTimers(options)).map(({ timerId }) => timerId)).toEqual(['timer-1', 'timer-2']);
    expect((await fireDueTimers(options)).map(({ timerId }) => timerId)).toEqual(['timer-0']);
  });
});

describe('a round that goes wrong', () => {
  test('marks nothing that Kafka did not take: it is fired again when the lease has run out, as the same event', async () => {
    setTimer();
    const isDown = { ...options, producer: { send: async () => Promise.reject(new Error('Kafka is away')) } };
    await expect(fireDueTimers(isDown)).rejects.toThrow('Kafka is away');
    expect(database.timers.get(lead)?.state).toBe('PENDING');
    expect(await fireDueTimers(options)).toEqual([]);
    now += LEASE_MS;
    expect(await fireDueTimers(options)).toHaveLength(1);
    expect(sent.map(read)).toMatchObject([{ eventId: timerEventId(lead, 1) }]);
  });

  test('that dies between firing and marking repeats the same event, no other', async () => {
    setTimer();
    const dies = { ...options, timers: { ...options.timers, markFired: async () => Promise.reject(new Error('Postgres is away')) } };
    await expect(fireDueTimers(dies)).rejects.toThrow('Postgres is away');
    now += LEASE_MS;
    await fireDueTimers(options);
    expect(new Set(sent.map((record) => read(record).eventId)).size).toBe(1);
    expect(sent).toHaveLength(2);
  });

  test('leaves a timer due that was set anew while it was fired', async () => {
    setTimer();
    const overtaken = {
      ...options,
      producer: {
        send: async (records: readonly OutgoingRecord[]) => {
          sent.push(...records);
          setTimer({ generation: 2, dueAt: NOON });
        },
      },
    };
    await fireDueTimers(overtaken);
    expect(database.timers.get(lead)).toMatchObject({ state: 'PENDING', generation: 2 });
    expect(await fireDueTimers(options)).toMatchObject([{ generation: 2 }]);
  });
});
