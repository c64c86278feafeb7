import { asLeadId } from '@lead-router/contracts/ids.ts';
import type { DeliveryOutcome, LeasedDelivery } from '@lead-router/store/delivery-store.ts';
import { describe, expect, test } from 'vitest';
import { type Attempt, type SendAnswer, type SendOptions, sendDueDeliveries } from './send-deliveries.ts';

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
  readonly receipts: Attempt[] = [];
  readonly options: SendOptions;

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
      receipts: async (attempts) => void this.receipts.push(...attempts),
      clock: { now: () => this.now, sleep: async () => undefined },
      random: () => 0,
      limit: 10,
      leaseMs: 30_000,
    };
  }

  /** Rounds until nothing is pending, the clock turned to whatever is due next. */
  async untilDone(): Promise<void> {
    while (this.rows.some(({ state }) => state === 'PENDING')) {
      this.now = Math.max(this.now, Math.min(...this.rows.filter(({ state }) => state === 'PENDING').map(({ dueAt }) => dueAt)));
      await sendDueDeliveries(this.options);
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
    for (const outcome of outcomes) {
      const row = this.rows.find(({ delivery, leaseToken }) => delivery.leadId === outcome.leadId && leaseToken === outcome.leaseToken);
      if (!row) continue;
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
    expect(await sendDueDeliveries(office.options)).toEqual([]);
    expect(office.receipts).toEqual([]);
  });

  test('delivers, and leaves one receipt for each attempt', async () => {
    const office = new Office([{}, {}], () => ({ kind: 'ACCEPTED', status: 200 }));
    const attempts = await sendDueDeliveries(office.options);
    expect(attempts.map(({ outcome, status, errorCode }) => [outcome, status, errorCode])).toEqual([
      ['DELIVERED', 200, null],
      ['DELIVERED', 200, null],
    ]);
    expect(office.rows.map(({ state }) => state)).toEqual(['DELIVERED', 'DELIVERED']);
    expect(office.receipts).toEqual(attempts);
  });

  test('does not send what is no longer current, and says so', async () => {
    const office = new Office([{ isCurrent: false }], () => {
      throw new Error('must not be sent');
    });
    expect(await sendDueDeliveries(office.options)).toMatchObject([{ outcome: 'SUPERSEDED', status: null }]);
    expect(office.rows[0]?.state).toBe('SUPERSEDED');
  });

  test('gives up at once what the receiver refuses for good', async () => {
    const office = new Office([{}], () => ({ kind: 'REFUSED', code: 'LR_NOTIFIER_GONE', status: 410, detail: 'gone' }));
    expect(await sendDueDeliveries(office.options)).toMatchObject([{ outcome: 'UNDELIVERABLE', errorCode: 'LR_NOTIFIER_GONE' }]);
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
    expect(office.receipts.map(({ outcome, delivery }) => [outcome, delivery.attempt])).toEqual([
      ['RETRYING', 1],
      ['RETRYING', 2],
      ['RETRYING', 3],
      ['DELIVERED', 4],
    ]);
    expect(office.now - START).toBe(5_000 + 5 * 60_000 + 30 * 60_000);
  });

  test('writes the outcome down before the receipt: a lost receipt never sends again', async () => {
    const office = new Office([{}], () => ({ kind: 'ACCEPTED', status: 200 }));
    const isDown = { ...office.options, receipts: async () => Promise.reject(new Error('Kafka is away')) };
    await expect(sendDueDeliveries(isDown)).rejects.toThrow('Kafka is away');
    expect(office.rows[0]?.state).toBe('DELIVERED');
  });

  test('leaves what a dead sender had leased until the lease runs out', async () => {
    const office = new Office([{}], () => ({ kind: 'ACCEPTED', status: 200 }));
    await office.options.lease({ now: office.now, limit: 10, leaseMs: 30_000 });
    expect(await sendDueDeliveries(office.options)).toEqual([]);
    office.now += 30_000;
    expect(await sendDueDeliveries(office.options)).toMatchObject([{ outcome: 'DELIVERED' }]);
  });
});
