/**
 * Scenario 8: all agents of a pool are out of hours. Leads wait, and everybody can see it; at opening they drain in seconds, highest grade and
 * oldest first. In two parts, so that other stories can use the time until the offices open.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { cliJson } from '@lead-router/cli/run-cli.test-support.ts';
import { DEMO_VENDOR } from '@lead-router/cli/up/prepare-vendors.ts';
import type { Grade } from '@lead-router/domain/lead.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { describe, expect, test } from 'vitest';
import { eventually, type Scenario } from '../scenario.ts';
import { capacityRules, closedUntilNextMinute, DESKS, OPEN_EACH } from './capacity-rules.ts';

/** Long enough for the leads to be there before. */
const LEAST_CLOSED_MS = 15_000;
/** In seconds, not in minutes: a whole hall of leads, on a machine that has other things to do as well. */
const DRAINED_WITHIN_MS = 10_000;
const CROWD = 300;
/** From the moment that somebody says so. A second is what is promised; the figures are printed, the rest is for a machine that has other things to do. */
const CALLED_WITHIN_MS = 10_000;
/** In the order in which they come. By grade and age: 0, 3, 6, … then 1, 4, 7, … then 2, 5, 8, … */
const GRADES: readonly Grade[] = ['HOT', 'HIGH_POTENTIAL', 'LOW_POTENTIAL'];
const QUEUE = 3 * DESKS.length * OPEN_EACH;

const referenceOf = (index: number): string => `office-${index}`;
const byGradeAndAge = (): readonly string[] =>
  GRADES.flatMap((_grade, rank) => Array.from({ length: QUEUE / GRADES.length }, (_, age) => referenceOf(age * GRADES.length + rank)));

let opensAt = 0;

export function closedStory(scenario: () => Scenario): void {
  describe('scenario 8: all agents of a pool are out of hours', () => {
    test('the leads wait, in the queue of their pool', async () => {
      const closed = closedUntilNextMinute(LEAST_CLOSED_MS);
      opensAt = closed.opensAt;
      await scenario().flip(capacityRules({ offices: closed.hours }));
      // One by one, so that each is older than the next.
      for (let index = 0; index < QUEUE; index++) {
        await scenario().submit([
          { vendorReference: referenceOf(index), attributes: { for: 'office', grade: GRADES[index % GRADES.length] } },
        ]);
      }
      await scenario().submit(
        Array.from({ length: CROWD }, (_, index) => ({ vendorReference: `hall-${index}`, attributes: { for: 'hall' } })),
      );
      expect(await scenario().lead(referenceOf(QUEUE - 1))).toMatchObject({ stage: 'WAITING', poolId: 'office', agentId: null });
      expect((await scenario().lead(`hall-${CROWD - 1}`)).stage).toBe('WAITING');
    });

    test('everybody can see them: on the command line, in the metrics, at the gateway', async () => {
      const { services, infrastructure, secrets } = scenario().system;
      const waiting = { office: { waiting: QUEUE }, hall: { waiting: CROWD } };
      // The last request may be half decided.
      await expect
        .poll(async () => (await cliJson(['status'], infrastructure.env)).json, { timeout: 30_000, interval: 500 })
        .toMatchObject({ leads: { byPool: waiting } });
      const watchdog = services.all.find(({ service }) => service === 'watchdog');
      await eventually('the metrics show them', async () => {
        const page = await (await fetch(`${watchdog?.addresses().metricsUrl}/metrics`)).text();
        return waitingIn(page, 'office') === QUEUE && waitingIn(page, 'hall') === CROWD ? true : null;
      });
      const url = `${scenario().system.gatewayUrl()}/v1/leads/${scenario().leadId(referenceOf(0))}`;
      const status: unknown = await (await fetch(url, { headers: { 'x-api-key': secrets.apiKeys[DEMO_VENDOR] ?? '' } })).json();
      expect(status).toMatchObject({ stage: 'WAITING', poolId: 'office', waitingSince: expect.any(String) });
    });
  });
}

export function openingStory(scenario: () => Scenario): void {
  describe('scenario 8: the offices open', () => {
    test('the queue drains within seconds', async () => {
      // The one thing that this waits for is a time of day.
      await sleep(Math.max(0, opensAt - Date.now()));
      const drained = await Promise.all(Array.from({ length: CROWD }, (_, index) => assigned(scenario(), `hall-${index}`)));
      const at = drained.map(({ decidedAt }) => decidedAt - opensAt);
      process.stderr.write(`${CROWD} leads were called between ${Math.min(...at)} and ${Math.max(...at)} ms after the opening\n`);
      expect(Math.min(...at)).toBeGreaterThanOrEqual(0);
      expect(Math.min(...at)).toBeLessThan(CALLED_WITHIN_MS);
      expect(Math.max(...at)).toBeLessThan(DRAINED_WITHIN_MS);
    });

    test('highest grade first, then the oldest, as far as there is room', async () => {
      const order = byGradeAndAge();
      const room = DESKS.length * OPEN_EACH;
      const waits: number[] = [];
      let freed: readonly number[] = [];
      for (let from = 0; from < QUEUE; from += room) {
        const turn = order.slice(from, from + room);
        const leads = await Promise.all(turn.map((reference) => assigned(scenario(), reference)));
        expect(leads.filter(({ agentId }) => agentId === DESKS[0])).toHaveLength(OPEN_EACH);
        for (const later of order.slice(from + room)) expect((await scenario().lead(later)).stage, later).toBe('WAITING');
        // The first of them has the first place that was freed, and so on.
        waits.push(...freed.map((saidAt, place) => (leads[place]?.decidedAt ?? Number.POSITIVE_INFINITY) - saidAt));
        freed = await inTurn(turn, async (reference) => {
          const saidAt = Date.now();
          await scenario().act(reference, 'WON', { agentId: null });
          return saidAt;
        });
      }
      process.stderr.write(`a freed place was given away after ${waits.join(', ')} ms\n`);
      expect(waits).toHaveLength(QUEUE - room);
      expect(Math.max(...waits)).toBeLessThan(CALLED_WITHIN_MS);
    });
  });
}

async function inTurn<T, U>(list: readonly T[], work: (one: T) => Promise<U>): Promise<readonly U[]> {
  const done: U[] = [];
  for (const one of list) done.push(await work(one));
  return done;
}

function waitingIn(page: string, pool: string): number | null {
  const [, value] = new RegExp(`^lead_router_waiting_leads\\{[^}]*pool="${pool}"[^}]*\\} (\\d+)$`, 'm').exec(page) ?? [];
  return value === undefined ? null : Number(value);
}

const assigned = (scenario: Scenario, reference: string): Promise<LeadRecord> =>
  scenario.lead(reference, ({ stage }) => stage === 'ASSIGNED');
