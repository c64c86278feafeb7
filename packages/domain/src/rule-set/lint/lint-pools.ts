/** Pools that nobody ever takes a lead from, and departments that nobody tells. */
import { nextPresence } from '../../availability.ts';
import type { Agent, Destination, Pool } from '../../rule-set.ts';
import type { Communication } from '../communication.ts';
import type { Findings } from './findings.ts';

const YEAR_MS = 366 * 86_400_000;

export interface LintedPools {
  readonly pools: ReadonlyMap<string, Pool>;
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly communication: Communication;
  /** Hours, holidays and leave are looked at for a year from here. */
  readonly now: number;
}

export function lintPools(findings: Findings, { pools, destinations, communication, now }: LintedPools): void {
  for (const pool of pools.values()) lintPool(findings, pool, now);
  const delivering = new Set([...pools.values()].map(({ destinationId }) => destinationId));
  for (const { destinationId, webhook } of destinations.values()) {
    const isMailed = communication.from !== null && communication.owners.has(destinationId);
    if (webhook !== null || isMailed || !delivering.has(destinationId)) continue;
    const message = `destination "${destinationId}" has no channel: nobody is told of its leads by webhook or mail; give it a "webhook", or name it in communication.owners`;
    findings.add(findings.placeOfId('destinations', destinationId), {
      kind: 'DESTINATION_WITHOUT_CHANNEL',
      severity: 'WARNING',
      about: destinationId,
      message,
    });
  }
}

function lintPool(findings: Findings, pool: Pool, now: number): void {
  const active = pool.agents.filter((agent) => agent.active);
  const absent = active.filter((agent) => !isPresentWithin(agent, pool, { now, withinMs: YEAR_MS }));
  if (absent.length === active.length) {
    const message = `pool "${pool.poolId}": nobody is there within a year from now: ${absent.map((agent) => whyAbsent(agent, pool, now)).join('; ')}; every lead would wait`;
    findings.add(findings.placeOfId('pools', pool.poolId), {
      kind: 'POOL_NEVER_AVAILABLE',
      severity: 'ERROR',
      about: pool.poolId,
      message,
    });
    return;
  }
  // Long leave is meant; hours that do not meet are not.
  for (const agent of absent.filter((one) => !hoursMeet(one, pool, now))) {
    const message = `pool "${pool.poolId}": ${whyAbsent(agent, pool, now)}; change the hours, or make the agent inactive`;
    findings.add(findings.placeOfId('pools', pool.poolId), {
      kind: 'AGENT_NEVER_AVAILABLE',
      severity: 'WARNING',
      about: pool.poolId,
      message,
    });
  }
}

function whyAbsent(agent: Agent, pool: Pool, now: number): string {
  return hoursMeet(agent, pool, now)
    ? `agent "${agent.agentId}" is on leave`
    : `the hours of agent "${agent.agentId}" (${agent.hours?.zone ?? pool.zone}) never meet those of the pool (${pool.hours?.zone ?? pool.zone})`;
}

function hoursMeet(agent: Agent, pool: Pool, now: number): boolean {
  return isPresentWithin({ ...agent, leave: [] }, pool, { now, withinMs: YEAR_MS });
}

function isPresentWithin(agent: Agent, pool: Pool, { now, withinMs }: { readonly now: number; readonly withinMs: number }): boolean {
  const at = nextPresence(agent, pool, now);
  return at !== null && at < now + withinMs;
}
