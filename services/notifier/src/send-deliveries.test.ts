import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { DeliveryOutcome, LeasedDelivery } from '@lead-router/store/delivery-store.ts';
import { describe, expect, test } from 'vitest';
import { STANDARD_DELAYS_MS } from './retry-schedule.ts';
import { createSender, type SendAnswer, type Sender, type SendOptions } from './send-deliveries.ts';

const START = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;

interface Row {
  readonly delivery: Omit<LeasedDelivery, 'attempt' | 'leaseToken'>;
  attempt: number;
  leaseToken: number;
  leasedUntil: number;
  dueAt: number;
  state: DeliveryOutcome['state'];
}

/** The table of deliveries as its statements treat it, and a clock that the test turns. */
class Office {
  now = START;
  readonly rows: Row[];
  /** Every outcome that counted. */
  readonly receipts: DeliveryOutcome[] = [];
  readonly options: SendOptions;
  readonly sender: Sender;
  readonly bugs: unknown[] = [];
  postgresIsDown = false;

  constructor(deliveries: readonly Partial<LeasedDelivery>[], send: (delivery: LeasedDelivery) => SendAnswer) {
    this.rows = deliveries.map((known, index) => ({
      delivery: {
        leadId: asLeadId(`lead-${index}`),
        revision: 1,
        channel: 'webhook',
        destinationId: 'sales',
        poolId: 'field',
        agentId: 'ann',
        payload: Buffer.from('{}'),
        isCurrent: true,
        ...known,
      },
      attempt: 0,
      leaseToken: 0,
      leasedUntil: 0,
      dueAt: START,
      state: 'PENDING',
    }));
    this.options = {
      lease: async ({ now, limit, leaseMs }) => this.#lease(now, { limit, leaseMs }),
      finish: async (outcomes) => this.#finish(outcomes),
      send: async (delivery) => send(delivery),
      onBug: (error) => void this.bugs.push(error),
      resting: { names: () => [], note: () => undefined },
      clock: { now: () => this.now, sleep: (_ms, signal) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve())) },
      random: () => 0,
      retryDelaysMs: STANDARD_DELAYS_MS,
      limit: 10,
      leaseMs: 30_000,
      sliceMs: 1_000,
    };
    this.sender = createSender(this.options);
  }

  /** Rounds until nothing is pending, the clock turned to whatever is due next. */
  async untilDone(): Promise<void> {
    while (this.rows.some(({ state }) => state === 'PENDING')) {
      this.now = Math.max(this.now, Math.min(...this.rows.filter(({ state }) => state === 'PENDING').map(({ dueAt }) => dueAt)));
      await this.sender.round();
    }
  }

  #lease(now: number, { limit, leaseMs }: { limit: number; leaseMs: number }): readonly LeasedDelivery[] {
    const due = this.rows.filter((row) => row.state === 'PENDING' && row.dueAt <= now && row.leasedUntil <= now).slice(0, limit);
    return due.map((row) => {
      row.attempt += 1;
      row.leaseToken += 1;
      row.leasedUntil = now + leaseMs;
      return { ...row.delivery, attempt: row.attempt, leaseToken: row.leaseToken };
    });
  }

  #finish(outcomes: readonly DeliveryOutcome[]): void {
    if (this.postgresIsDown) throw new Error('Postgres is away');
    for (const outcome of outcomes) {
      const row = this.rows.find(({ delivery, leaseToken }) => delivery.leadId === outcome.leadId && leaseToken === outcome.leaseToken);
      if (!row) continue;
      this.receipts.push(outcome);
      row.state = outcome.state;
      row.leasedUntil = 0;
      row.dueAt = outcome.nextAttemptAt ?? row.dueAt;
    }
  }
}

const failed: SendAnswer = { kind: 'FAILED', code: 'LR_NOTIFIER_STATUS', status: 503, detail: 'the receiver answered 503' };

describe('a round of sending', () => {
  test('does nothing where nothing is due', async () => {
    const office = new Office([], () => failed);
    expect(await office.sender.round()).toEqual([]);
    expect(office.receipts).toEqual([]);
  });

  test('delivers, and leaves one receipt for each attempt', async () => {
    const office = new Office([{}, {}], () => ({ kind: 'ACCEPTED', status: 200 }));
    const attempts = await office.sender.round();
    expect(attempts.map(({ outcome, status, errorCode }) => [outcome, status, errorCode])).toEqual([
      ['DELIVERED', 200, null],
      ['DELIVERED', 200, null],
    ]);
    expect(office.rows.map(({ state }) => state)).toEqual(['DELIVERED', 'DELIVERED']);
    expect(office.receipts).toMatchObject([{ outcome: 'DELIVERED', status: 200 }, { outcome: 'DELIVERED' }]);
  });

  test('does not send what is no longer current, and says so', async () => {
    const office = new Office([{ isCurrent: false }], () => {
      throw new Error('must not be sent');
    });
    expect(await office.sender.round()).toMatchObject([{ outcome: 'SUPERSEDED', status: null }]);
    expect(office.rows[0]?.state).toBe('SUPERSEDED');
  });

  test('gives up at once what the receiver refuses for good', async () => {
    const office = new Office([{}], () => ({ kind: 'REFUSED', code: 'LR_NOTIFIER_GONE', status: 410, detail: 'gone' }));
    expect(await office.sender.round()).toMatchObject([{ outcome: 'UNDELIVERABLE', errorCode: 'LR_NOTIFIER_GONE' }]);
    expect(office.rows[0]?.state).toBe('GIVEN_UP');
  });

  test('tries ten times over 75 h 35 min 5 s, then gives up', async () => {
    const office = new Office([{}], () => failed);
    await office.untilDone();
    expect(office.receipts.map(({ outcome }) => outcome)).toEqual([...Array.from({ length: 9 }, () => 'RETRYING'), 'UNDELIVERABLE']);
    expect(office.now - START).toBe(75 * HOUR_MS + 35 * 60_000 + 5_000);
    expect(office.rows[0]?.state).toBe('GIVEN_UP');
  });

  test('goes on with the schedule until the receiver is back', async () => {
    const office = new Office([{}], ({ attempt }) => (attempt < 4 ? failed : { kind: 'ACCEPTED', status: 204 }));
    await office.untilDone();
    expect(office.receipts.map(({ outcome, leaseToken }) => [outcome, leaseToken])).toEqual([
      ['RETRYING', 1],
      ['RETRYING', 2],
      ['RETRYING', 3],
      ['DELIVERED', 4],
    ]);
    expect(office.now - START).toBe(5_000 + 5 * 60_000 + 30 * 60_000);
  });

  test('keeps an outcome that Postgres could not take, and never sends again because of it', async () => {
    let sent = 0;
    const office = new Office([{}], () => {
      sent += 1;
      return { kind: 'ACCEPTED', status: 200 };
    });
    office.postgresIsDown = true;
    await expect(office.sender.round()).rejects.toThrow('Postgres is away');
    await expect(office.sender.round()).rejects.toThrow('Postgres is away');
    office.postgresIsDown = false;
    expect(await office.sender.round()).toMatchObject([{ outcome: 'DELIVERED' }]);
    expect(office.rows[0]?.state).toBe('DELIVERED');
    expect(sent).toBe(1);
  });

  test('tries again what failed by a fault of our own, and shows it', async () => {
    const office = new Office([{}], () => {
      throw new Error('a planted bug');
    });
    expect(await office.sender.round()).toMatchObject([{ outcome: 'RETRYING', errorCode: 'LR_NOTIFIER_INTERNAL' }]);
    expect(office.bugs).toMatchObject([{ message: 'a planted bug' }]);
  });

  test('does not let a slow receiver hold up the others', async () => {
    const slow = Promise.withResolvers<SendAnswer>();
    const office = new Office([{ destinationId: 'slow' }, {}], () => ({ kind: 'ACCEPTED', status: 200 }));
    const sender = createSender({
      ...office.options,
      send: (delivery) => (delivery.destinationId === 'slow' ? slow.promise : office.options.send(delivery)),
      clock: { now: () => office.now, sleep: () => new Promise((resolve) => setTimeout(resolve, 5)) },
    });
    expect(await sender.round()).toHaveLength(1);
    expect(await sender.round()).toEqual([]);
    slow.resolve({ kind: 'ACCEPTED', status: 204 });
    await sender.finish();
    expect(office.rows.map(({ state }) => state)).toEqual(['DELIVERED', 'DELIVERED']);
  });

  test('leaves what a dead sender had leased until the lease runs out', async () => {
    const office = new Office([{}], () => ({ kind: 'ACCEPTED', status: 200 }));
    await office.options.lease({ now: office.now, limit: 10, leaseMs: 30_000, resting: [] });
    expect(await office.sender.round()).toEqual([]);
    office.now += 30_000;
    expect(await office.sender.round()).toMatchObject([{ outcome: 'DELIVERED' }]);
  });
});
