/** What has to hold at every commit of a batch, checked the moment it happens: cheap, and it names the step that broke it. */

import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { DecisionCause, LeadRecord, RouterInput } from '@lead-router/domain/routing-model.ts';
import { decodeBatchBody } from '@lead-router/store/batch-body.ts';
import type { CommittedBatch } from '@lead-router/testkit/memory-database.ts';
import type { World } from './world.ts';

export function watchCommits(world: World): void {
  const { database, problems } = world;
  const applied = new Set<EventId>();
  const revisions = new Map<LeadId, number>();
  const versions = new Map<LeadId, number>();
  const ends = new Map<number, number>();
  database.onCommit = (committed) => {
    const found = [
      ...eventsAppliedTwice(committed, applied),
      ...inactiveRules(world, committed),
      ...brokenTiling(committed, ends),
      ...brokenNumbers(committed, { revisions, versions }),
      ...supersededTimers(committed),
      ...unbalancedPools(world, committed),
      ...givenToTheAway(world, committed),
    ];
    problems.push(...found);
  };
}

/** What was entered, and submissions as the record has them: a repeat is not in it. */
function eventsAppliedTwice({ appliedEvents, encoded }: CommittedBatch, applied: Set<EventId>): readonly string[] {
  const submitted = decodeBatchBody(encoded.body).inputs.flatMap(({ kind, eventId }) => (kind === 'SCORED' ? [eventId] : []));
  const events = [...appliedEvents, ...submitted];
  const twice = events.filter((eventId) => applied.has(eventId));
  for (const eventId of events) applied.add(eventId);
  return twice.map((eventId) => `event applied twice: ${eventId}`);
}

function inactiveRules({ database }: World, { set }: CommittedBatch): readonly string[] {
  const { ruleSetVersion, batchId } = set.batch;
  if (ruleSetVersion === database.activeRuleVersion) return [];
  return [`batch ${batchId} of rule version ${ruleSetVersion} committed while ${database.activeRuleVersion} is active`];
}

/** Batches tile the log: each begins at or after the end of the one before (control records lie between). */
function brokenTiling({ set }: CommittedBatch, ends: Map<number, number>): readonly string[] {
  const { partition, from, to, batchId } = set.batch;
  const previous = ends.get(partition) ?? 0;
  ends.set(partition, to);
  return from < previous ? [`batch ${batchId} begins at ${from}, before the end ${previous} of the one before`] : [];
}

interface Numbers {
  readonly revisions: Map<LeadId, number>;
  readonly versions: Map<LeadId, number>;
}

/** One decision for each lead and revision, numbered from 1 without gaps; versions only grow. */
function brokenNumbers({ set }: CommittedBatch, { revisions, versions }: Numbers): readonly string[] {
  const broken: string[] = [];
  for (const { decision } of set.decisions) {
    const { leadId, revision } = decision.lead;
    if (revision !== (revisions.get(leadId) ?? 0) + 1)
      broken.push(`decision ${revision} of ${leadId} follows ${revisions.get(leadId) ?? 0}`);
    revisions.set(leadId, revision);
  }
  for (const { leadId, version } of set.writes.leads) {
    if (version <= (versions.get(leadId) ?? 0)) broken.push(`version ${version} of ${leadId} follows ${versions.get(leadId)}`);
    versions.set(leadId, version);
  }
  return broken;
}

const OVERDUE: readonly DecisionCause[] = ['ACCEPT_OVERDUE', 'RESPONSE_OVERDUE', 'WAITED_TOO_LONG', 'OFFER_EXPIRED'];

/** A timer that acts is the lead's current one: the decision that follows has the very next generation. */
function supersededTimers({ set, encoded }: CommittedBatch): readonly string[] {
  const overdue = set.decisions.filter(({ decision }) => OVERDUE.includes(decision.cause));
  if (overdue.length === 0) return [];
  const { inputs } = decodeBatchBody(encoded.body);
  return overdue.flatMap(({ decision, inputIndex }) => {
    const generation = generationOf(inputs[inputIndex]);
    return generation !== null && decision.lead.timerGeneration === generation + 1
      ? []
      : [`superseded timer ${generation} of ${decision.lead.leadId} acted; its next is ${decision.lead.timerGeneration}`];
  });
}

function generationOf(input: RouterInput | undefined): number | null {
  return input?.kind === 'TIMER' ? input.generation : null;
}

/** Open counts of the pools in this batch equal the leads that are worked there. */
function unbalancedPools({ database }: World, { set }: CommittedBatch): readonly string[] {
  return set.writes.pools.flatMap((pool) => {
    const worked = [...database.leads.values()].filter((lead) => isWorked(lead) && lead.poolId === pool.poolId);
    const offered = [...database.leads.values()].filter((lead) => lead.stage === 'OFFERED' && lead.poolId === pool.poolId).length;
    const waiting = [...database.leads.values()].filter((lead) => lead.stage === 'WAITING' && lead.poolId === pool.poolId);
    const wrong = pool.members.filter(({ agentId, open }) => open !== worked.filter((lead) => lead.agentId === agentId).length);
    return [
      ...(pool.open === worked.length + offered
        ? []
        : [`pool ${pool.poolId} counts ${pool.open} open leads, ${worked.length} are worked and ${offered} offered`]),
      ...((pool.offered ?? 0) === offered ? [] : [`pool ${pool.poolId} counts ${pool.offered} offered leads, ${offered} are`]),
      ...(pool.waiting === waiting.length ? [] : [`pool ${pool.poolId} counts ${pool.waiting} waiting leads, ${waiting.length} wait`]),
      ...wrong.map(({ agentId, open }) => `agent ${agentId} of ${pool.poolId} counts ${open} open leads, which is not so`),
    ];
  });
}

/** Between a batch's reading and its commit nobody comes or goes, so what holds now held when it decided. */
function givenToTheAway(world: World, { set }: CommittedBatch): readonly string[] {
  return set.decisions.flatMap(({ decision: { kind, cause, lead } }) =>
    kind === 'ASSIGNED' &&
    cause !== 'REASSIGNED_BY_HAND' &&
    lead.agentId !== null &&
    isAway(world, { agentId: lead.agentId, now: set.batch.now })
      ? [`${lead.agentId} is away and was given ${lead.leadId}`]
      : [],
  );
}

/** By word; at the end of its time it is back. */
export function isAway({ database }: World, { agentId, now }: { readonly agentId: string; readonly now: number }): boolean {
  const until = database.away.get(agentId);
  return until !== undefined && (until === null || now < until);
}

/** Worked, or kept a place for whoever accepts it. */
export function hasPlace(lead: LeadRecord): boolean {
  return isWorked(lead) || lead.stage === 'OFFERED';
}

export function isWorked(lead: LeadRecord): boolean {
  return lead.stage === 'ASSIGNED' || lead.stage === 'EXCEPTION';
}
