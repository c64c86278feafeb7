/**
 * How soon waiting leads leave their queue: from the moment at which somebody says that a lead is won, or an office opens, to the decision that
 * gives the place away. Over the whole system: the word goes in by HTTP, the decision is the one in Postgres.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import { openScenarioInFolder, type Scenario } from '../e2e/scenario.ts';
import { closedUntilNextMinute } from '../e2e/stories/capacity-rules.ts';

export interface WakeOptions {
  /** Waiters that are called one after the other, each by one place. */
  readonly turns: number;
  /** Leads that are called at once. */
  readonly queue: number;
  readonly onProgress: (line: string) => void;
}

/** Milliseconds. */
export interface Waits {
  readonly p50Ms: number;
  readonly maxMs: number;
}

export interface WakeResult {
  /** One place, one waiter. */
  readonly single: Waits;
  /** As many places as waiters, all at once: from the first word to each decision. */
  readonly freed: Waits;
  /** An office opens with so many waiting: from the opening to each decision. */
  readonly opened: Waits;
}

const DESKS = 4;
/** Long enough for the leads to be there before. */
const LEAST_CLOSED_MS = 20_000;

const rulesOf = ({ queue, hours }: { readonly queue: number; readonly hours: string | null }): string => `
name: wake
scoring: { grades: [{ grade: HOT }] }
rules:
  - { id: one, when: lead.attributes.for == "one", to: one }
  - { id: hall, when: lead.attributes.for == "hall", to: hall }
  - { id: office, when: lead.attributes.for == "office", to: office }
lastResort: chiefs
destinations:
  - { id: sales, kind: SALES }
  - { id: offices, kind: CALL_CENTER${hours === null ? '' : `, hours: ${hours}`} }
pools:
  - { id: one, destination: sales, agents: [{ id: only, caps: { open: 1 } }] }
  - id: hall
    destination: sales
    agents: [${Array.from({ length: DESKS }, (_, desk) => `{ id: desk-${desk}, caps: { open: ${Math.ceil(queue / DESKS)} } }`).join(', ')}]
  - { id: office, destination: offices, agents: [{ id: olga }, { id: otto }] }
  - { id: chiefs, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }
`;

export async function wake(options: WakeOptions): Promise<WakeResult> {
  const scenario = await openScenarioInFolder((folder) => ({ folder, rules: rulesOf({ queue: options.queue, hours: null }) }));
  try {
    return await measure(scenario, options);
  } finally {
    await scenario.stop();
  }
}

async function measure(scenario: Scenario, { turns, queue, onProgress }: WakeOptions): Promise<WakeResult> {
  const single = await oneByOne(scenario, turns);
  onProgress(`${turns} places, one after the other`);
  const freed = await allAtOnce(scenario, queue);
  onProgress(`${queue} places at once`);
  const closed = closedUntilNextMinute(LEAST_CLOSED_MS);
  await scenario.flip(rulesOf({ queue, hours: closed.hours }));
  const leads = referencesOf('office', queue);
  await submit(scenario, 'office', leads);
  await Promise.all(leads.map((reference) => scenario.lead(reference, ({ stage }) => stage === 'WAITING')));
  await sleep(Math.max(0, closed.opensAt - Date.now()));
  const opened = (await given(scenario, leads)).map(({ decidedAt }) => decidedAt - closed.opensAt);
  return { single: waitsOf(single), freed: waitsOf(freed), opened: waitsOf(opened) };
}

async function oneByOne(scenario: Scenario, turns: number): Promise<readonly number[]> {
  const leads = referencesOf('one', turns + 1);
  await submit(scenario, 'one', leads.slice(0, 1));
  const waits: number[] = [];
  for (const [turn, waiter] of leads.slice(1).entries()) {
    await given(scenario, leads.slice(turn, turn + 1));
    await submit(scenario, 'one', [waiter]);
    await scenario.lead(waiter, ({ stage }) => stage === 'WAITING');
    const saidAt = Date.now();
    await scenario.act(leads[turn] ?? '', 'WON', { agentId: null });
    const [lead] = await given(scenario, [waiter]);
    waits.push((lead?.decidedAt ?? Number.POSITIVE_INFINITY) - saidAt);
  }
  return waits;
}

async function allAtOnce(scenario: Scenario, queue: number): Promise<readonly number[]> {
  const [first, second] = [referencesOf('first', queue), referencesOf('second', queue)];
  await submit(scenario, 'hall', first);
  await given(scenario, first);
  await submit(scenario, 'hall', second);
  await Promise.all(second.map((reference) => scenario.lead(reference, ({ stage }) => stage === 'WAITING')));
  const saidAt = Date.now();
  await Promise.all(first.map((reference) => scenario.act(reference, 'WON', { agentId: null })));
  return (await given(scenario, second)).map(({ decidedAt }) => decidedAt - saidAt);
}

const referencesOf = (name: string, count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${name}-${index}`);

const submit = (scenario: Scenario, purpose: string, references: readonly string[]): Promise<void> =>
  scenario.submit(references.map((vendorReference) => ({ vendorReference, attributes: { for: purpose } })));

const given = (scenario: Scenario, references: readonly string[]): Promise<readonly LeadRecord[]> =>
  Promise.all(references.map((reference) => scenario.lead(reference, ({ stage }) => stage === 'ASSIGNED')));

function waitsOf(waits: readonly number[]): Waits {
  const sorted = [...waits].sort((a, b) => a - b);
  return { p50Ms: sorted[Math.floor(sorted.length / 2)] ?? 0, maxMs: sorted.at(-1) ?? 0 };
}
