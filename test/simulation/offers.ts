/**
 * Leads that are offered, in the simulated world: the agents who are asked race for them, decline, or say nothing until the round is over,
 * all at times that the seed draws; and what must hold of it: one winner an offer, who was asked, and nobody charged but the winner.
 */
import { eventIdFor } from '@lead-router/contracts/ids.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { wasAsked } from '@lead-router/domain/lead-offer.ts';
import type { ActivityKind, Decision, LeadRecord } from '@lead-router/domain/routing-model.ts';
import { activityRecord } from '@lead-router/testkit/inbox-records.ts';
import { simulationRuleSet } from './simulation-rules.ts';
import type { World } from './world.ts';

/** Some more often than others; null: says nothing. */
const WORDS: readonly (ActivityKind | null)[] = [
  ...(['ACCEPTED', 'ACCEPTED', 'ACCEPTED', 'CONTACTED', 'QUALIFIED', 'WON'] as const),
  ...(['DECLINED', 'DECLINED', 'UNDELIVERABLE', null, null, null, null] as const),
];
const TEAM: readonly string[] =
  simulationRuleSet(1)
    .pools.get('team')
    ?.agents.map(({ agentId }) => agentId) ?? [];
/** As late as two rounds and more after the offer. */
const LATEST_MS = 1_200;

/** Whoever is asked hears of it at the commit, and answers some time later, if at all. */
export function reactToOffers(world: World): void {
  const { database, scheduler, codecs } = world;
  const { random } = scheduler;
  const watch = database.onCommit;
  let words = 0;
  database.onCommit = (committed) => {
    watch?.(committed);
    for (const { decision } of committed.set.decisions) {
      const { lead } = decision;
      if (lead.offer === undefined) continue;
      // Sometimes somebody speaks whom nobody has asked, or not in this round.
      const outsiders = random.chance(0.3) ? [random.pick(TEAM)] : [];
      for (const agentId of [...lead.offer.offeredTo, ...outsiders]) {
        const activity = random.pick(WORDS);
        if (activity === null) continue;
        const eventId = eventIdFor('offer word', world.seed, words++);
        const revision = random.chance(0.5) ? lead.revision : null;
        const at = scheduler.now + random.logUniform(1, LATEST_MS);
        const run = (): void => {
          scheduler.count('word on an offer');
          const detail = { isHumanResponse: random.chance(0.8), revision };
          const record = activityRecord(codecs.inbox, {
            eventId,
            leadId: lead.leadId,
            activity,
            agentId,
            occurredAt: scheduler.now,
            detail,
          });
          world.broker.append([record], null);
          if (random.chance(0.15)) world.broker.append([record], null);
        };
        scheduler.later('an agent answers an offer', { at: () => at, run });
      }
      if (decision.cause === 'CLAIMED') scheduler.count('offer won');
      if (decision.cause === 'OFFER_EXPIRED') scheduler.count('round of an offer over');
    }
  };
}

/** At rest: what the decisions say, one lead after the other, in the order of their revisions. */
export function violationsOfOffers(world: World): readonly string[] {
  const { database, broker, codecs } = world;
  const byLead = new Map<string, Decision[]>();
  for (const { decision } of database.decisions.values()) {
    const ofLead = byLead.get(decision.lead.leadId) ?? [];
    ofLead.push(decision);
    byLead.set(decision.lead.leadId, ofLead);
  }
  const told = broker.committed(TOPICS.decided.topic).flatMap(({ value }) => {
    if (value === null) return [];
    const { kind, offeredTo, envelope, revision, acceptBy } = codecs.decided.decodePrefix(value).prefix;
    const isWhole = (kind === 'OFFERED') === offeredTo.length > 0 && (kind !== 'OFFERED' || acceptBy !== null);
    return isWhole ? [] : [`decision ${envelope.leadId}/${revision}, which is ${kind}, tells of ${offeredTo.length} who are asked`];
  });
  return [
    ...[...byLead.values()].flatMap((decisions) => winnersWrong(decisions.sort((a, b) => a.lead.revision - b.lead.revision))),
    ...[...database.leads.values()].flatMap(offerWrong),
    ...chargesWrong(world, [...byLead.values()].flat()),
    ...told,
  ];
}

/** An offer has one winner at most, one who was asked and had not declined; rounds are numbered, and ask nobody who has declined. */
function winnersWrong(decisions: readonly Decision[]): readonly string[] {
  return decisions.flatMap(({ kind, cause, lead }, index) => {
    const before = decisions[index - 1];
    const { offer, agentId, leadId, revision } = lead;
    const wrong: string[] = [];
    if (cause === 'CLAIMED') {
      if (before?.kind !== 'OFFERED' || before.lead.offer === undefined) wrong.push('is won without an offer');
      else if (agentId === null || !wasAsked(before.lead.offer, agentId)) wrong.push('is won by somebody who was not asked');
      else if (lead.formerAgents.includes(agentId)) wrong.push('is won by somebody who had declined or lost it');
      if (kind !== 'ASSIGNED' || before?.lead.poolId !== lead.poolId) wrong.push('is won elsewhere than it was offered');
    }
    if (kind === 'OFFERED') {
      const isNext =
        before?.kind === 'OFFERED' && before.lead.poolId === lead.poolId && before.lead.offer?.round === (offer?.round ?? 0) - 1;
      if (offer === undefined || (offer.round !== 1 && !isNext)) wrong.push('is in a round of no offer');
      if (offer?.offeredTo.some((asked) => lead.formerAgents.includes(asked)) === true)
        wrong.push('is offered to somebody who had it or declined it');
    }
    return wrong.map((what) => `${leadId}/${revision} ${what}`);
  });
}

/** An offer stands with a lead that is offered, and with no other. */
function offerWrong({ leadId, stage, offer, agentId }: LeadRecord): readonly string[] {
  if ((stage === 'OFFERED') !== (offer !== undefined)) return [`${leadId} is ${stage}, and its offer does not agree`];
  return stage === 'OFFERED' && agentId !== null ? [`${leadId} is offered, and owned by ${agentId}`] : [];
}

/** The books have a lead for its owner alone, once for each time that it was given; who was only asked is charged nothing. */
function chargesWrong({ database }: World, decisions: readonly Decision[]): readonly string[] {
  const given = new Map<string, number>();
  for (const { kind, lead } of decisions) {
    if (kind !== 'ASSIGNED' && kind !== 'EXCEPTION') continue;
    const key = `${lead.poolId}/${lead.agentId}`;
    given.set(key, (given.get(key) ?? 0) + 1);
  }
  return [...database.pools.values()].flatMap(({ poolId, members }) => [
    ...members.flatMap(({ agentId, total }) => {
      const should = given.get(`${poolId}/${agentId}`) ?? 0;
      return total === should ? [] : [`${agentId} of ${poolId} is charged ${total} leads, and was given ${should}`];
    }),
    ...(members.reduce((sum, { credit }) => sum + credit, 0) === 0 ? [] : [`the credits of ${poolId} do not sum to zero`]),
  ]);
}
