/** Scenario 7: ten thousand leads in one burst over a pool with weights 3:2:1 and one member on leave. */
import type { LeadDecidedPrefix } from '@lead-router/contracts/generated/wire-types.ts';
import { NO_COUNTS, type PoolCounts, readLeadSummary } from '@lead-router/store/summary-store.ts';
import { describe, expect, test } from 'vitest';
import { eventually, type Scenario } from '../scenario.ts';
import { BURST_AGENTS, BURST_POOL, ON_LEAVE } from './capacity-rules.ts';

const LEADS = 10_000;
const REQUEST_LEADS = 1_000;
const WEIGHTS = BURST_AGENTS.reduce((sum, { weight }) => sum + weight, 0);
const CAPACITY = BURST_AGENTS.reduce((sum, { open }) => sum + open, 0);
/** On top of the burst, so that there is more than everybody's caps together. */
const TOO_MANY = 10;

export function burstStory(scenario: () => Scenario): void {
  describe('scenario 7: ten thousand leads in one burst, weights 3:2:1, one member on leave', () => {
    test('everybody has their share within one lead, and who is on leave has none', async () => {
      const requests = Array.from({ length: LEADS / REQUEST_LEADS }, (_, request) => burstLeads(request * REQUEST_LEADS, REQUEST_LEADS));
      await Promise.all(requests.map((leads) => scenario().submit(leads)));
      const given = await givenBy(scenario(), LEADS);
      for (const { agentId, weight } of BURST_AGENTS) {
        const share = (LEADS * weight) / WEIGHTS;
        expect(Math.abs((given.get(agentId) ?? 0) - share), `${agentId}: ${given.get(agentId)} of ${share}`).toBeLessThanOrEqual(1);
      }
      expect([...given.keys()].sort()).toEqual(BURST_AGENTS.map(({ agentId }) => agentId));
      expect(given.has(ON_LEAVE)).toBe(false);
    });

    test('nobody is over the cap: what comes on top waits', async () => {
      await scenario().submit(burstLeads(LEADS, TOO_MANY));
      const owned = await eventually('the last ones are decided', async () => {
        const { owned, waiting } = await ownedAndWaiting(scenario());
        return owned + waiting === LEADS + TOO_MANY ? owned : null;
      });
      expect(owned).toBe(CAPACITY);
      expect(await givenBy(scenario(), CAPACITY)).toEqual(new Map(BURST_AGENTS.map(({ agentId, open }) => [agentId, open])));
    });
  });
}

const burstLeads = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({
    vendorReference: `burst-${from + index}`,
    attributes: { for: 'burst' },
    person: { email: `burst-${from + index}@example.org` },
  }));

async function ownedAndWaiting({ system }: Scenario): Promise<PoolCounts> {
  return (await readLeadSummary(system.pool)).byPool.get(BURST_POOL) ?? NO_COUNTS;
}

/** By agent, as a read_committed consumer of the decisions sees it; waits until it sees so many, or more. Postgres has them first. */
async function givenBy(scenario: Scenario, count: number): Promise<ReadonlyMap<string, number>> {
  const decisions = await eventually(`${count} leads are given`, async () => {
    const found = (await scenario.decisions()).filter(isGiven);
    return found.length < count ? null : found;
  });
  const given = new Map<string, number>();
  for (const { agentId } of decisions) given.set(agentId ?? '', (given.get(agentId ?? '') ?? 0) + 1);
  return new Map([...given].sort(([a], [b]) => a.localeCompare(b)));
}

const isGiven = ({ poolId, kind }: LeadDecidedPrefix): boolean => poolId === BURST_POOL && kind === 'ASSIGNED';
