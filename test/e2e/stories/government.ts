/** Scenario 1: a .gov lead reaches one of the two government reps in turn; a city's domain does not. */
import { readFile } from 'node:fs/promises';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { describe, expect, test } from 'vitest';
import type { DeployedWorld } from './deployed-world.ts';

/** The US government's own list, all of it. */
const LIST = new URL('../../../deploy/rule-sets/departments/tables/government-domains.csv', import.meta.url);
const FEDERAL = /^Federal/;
const STATE = /^(State|Interstate)/;
const LOCAL = /^(City|County|School|Special|Tribal)/;
const REPS = ['george', 'grace'];

export function governmentStory(world: () => DeployedWorld): void {
  describe('scenario 1: a lead of the government', () => {
    test('federal or state, reaches one of the two reps in turn', async () => {
      const domains = [...(await someDomains(FEDERAL, 6)), ...(await someDomains(STATE, 6))];
      const owners: (string | null)[] = [];
      for (const domain of domains) {
        const lead = await submitFrom(world(), `clerk@${domain}`);
        expect(lead, domain).toMatchObject({ stage: 'ASSIGNED', ruleId: 'government', poolId: 'government-reps' });
        owners.push(lead.agentId);
      }
      // In each turn of two both have one. Who begins a turn is by lot: a tie favours nobody.
      const turns = Array.from({ length: owners.length / 2 }, (_, turn) => owners.slice(2 * turn, 2 * turn + 2).sort());
      expect(turns).toEqual(turns.map(() => REPS));
    });

    test('an office below a listed domain is of the same government', async () => {
      expect(await submitFrom(world(), 'buyer@mail.sos.ca.gov')).toMatchObject({ ruleId: 'government' });
    });

    test("a city's domain does not reach them, nor a county's or a school's", async () => {
      for (const domain of await someDomains(LOCAL, 8)) {
        const lead = await submitFrom(world(), `clerk@${domain}`);
        expect(lead.ruleId, domain).not.toBe('government');
        expect(REPS, domain).not.toContain(lead.agentId);
      }
    });
  });
}

/** Spread evenly over the list. */
async function someDomains(type: RegExp, count: number): Promise<readonly string[]> {
  const rows = (await readFile(LIST, 'utf8')).trim().split(/\r?\n/).slice(1);
  const domains = rows
    .map((row) => row.split(','))
    .flatMap(([domain, kind]) => (domain !== undefined && type.test(kind ?? '') ? [domain] : []));
  expect(domains.length).toBeGreaterThan(1_000);
  return Array.from({ length: count }, (_, n) => domains[Math.floor((n * domains.length) / count)] ?? '');
}

async function submitFrom({ scenario }: DeployedWorld, email: string): Promise<LeadRecord> {
  await scenario.submit([{ vendorReference: email, person: { email } }]);
  return scenario.lead(email);
}
