import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type IntakeLeads, pacedSend } from './paced-send.ts';

const world = (leadsPerSecond: () => number | null, signal = new AbortController().signal) => {
  const sent: number[] = [];
  return { sent, send: pacedSend(async (leads) => void sent.push(leads.length), { leadsPerSecond, signal }) };
};
/** Only their number matters here. */
const leads = (count: number): IntakeLeads => Array.from<never>({ length: count });

it('spreads a portion over its time', async () => {
  const { sent, send } = world(() => 100);
  const startedAt = Date.now();
  await send(leads(45));
  expect(sent).toEqual([10, 10, 10, 10, 5]);
  expect(Date.now() - startedAt).toBeGreaterThan(300);
});

it('sends what is left at once when the pace is taken away', async () => {
  let rate: number | null = 20;
  const { sent, send } = world(() => rate);
  const sending = send(leads(1_000));
  rate = null;
  await sending;
  expect(sent).toEqual([2, 998]);
});

it('sends what is left at once when somebody stops it', async () => {
  const stopping = new AbortController();
  const { sent, send } = world(() => 1, stopping.signal);
  const sending = send(leads(1_000));
  await sleep(5);
  stopping.abort();
  await sending;
  expect(sent).toEqual([1, 999]);
});
