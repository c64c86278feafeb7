/** `lead-router lead LEAD_ID` */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { LeadRecord, LeadTimer } from '@lead-router/domain/routing-model.ts';
import type { StoredDelivery } from '@lead-router/store/lead-store.ts';
import type { Command } from 'commander';
import { EXIT } from '../connect/cli-error.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { codeWords, decisionWords, placeWords } from './decision-words.ts';
import { leadIdArgument } from './lead-id.ts';
import type { LeadActivityInfo, LeadSlaInfo } from './read-lead-events.ts';
import { type LeadStory, readLeadStory } from './read-lead-story.ts';
import { whyDead } from './show-dead-letter.ts';
import { instant } from './text-table.ts';

export function leadCommand(runner: CommandRun): Command {
  return command('lead', {
    summary: 'where a lead is and everything that happened to it',
    examples: ['lead 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23', 'lead 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23 --json | jq .lead.stage'],
  })
    .argument('<lead-id>', 'id of the lead', leadIdArgument)
    .action((leadId: LeadId, options: SharedOptions) =>
      runner.connected(options, ['kafka', 'registry', 'postgres'], async (connection) => {
        const story = await readLeadStory(connection, leadId);
        const isKnown = story.lead !== null || story.submission !== null || story.deadLetters.length > 0;
        return { exitCode: isKnown ? EXIT.OK : EXIT.NEGATIVE, json: story, text: formatStory(story) };
      }),
    );
}

export function formatStory(story: LeadStory): string {
  const { leadId, lead } = story;
  if (lead === null) return [`lead ${leadId}`, '', ...undecidedLines(story)].join('\n');
  return [`lead ${leadId}`, '', ...standingLines(lead), '', ...timeline(story, lead), '', `why: lead-router explain ${leadId}`].join('\n');
}

function undecidedLines({ submission, deadLetters }: LeadStory): readonly string[] {
  if (submission === null && deadLetters.length === 0) return ['  no such lead: neither accepted nor decided here'];
  const accepted =
    submission === null ? [] : [`  accepted ${instant(submission.acceptedAt)} from ${submission.vendor} by ${submission.source}`];
  const buried = deadLetters.map(
    (letter) => `  dead-lettered by ${letter.service} in step ${letter.step} at ${instant(letter.diedAt)}: ${whyDead(letter)}`,
  );
  return [...accepted, ...(buried.length > 0 ? buried : ['  not decided yet; if that lasts, `lead-router status` shows who lags'])];
}

function standingLines(lead: LeadRecord): readonly string[] {
  const { stage, version, revision, vendor, grade, score, ruleId, ruleSetVersion, timer, formerAgents } = lead;
  return [
    `  stage     ${stage.toLowerCase()}, ${placeWords(lead)}`,
    `  revision  ${revision} (version ${version}), rule ${ruleId ?? 'none'} of rule set version ${ruleSetVersion}`,
    `  vendor    ${vendor}`,
    `  grade     ${grade.toLowerCase().replaceAll('_', ' ')}, ${score} points${lead.isQualified ? ', qualified by a person' : ''}`,
    ...(timer === null ? [] : [`  clock     ${clockWords(timer)} (generation ${lead.timerGeneration})`]),
    ...lead.laterTimers.map((later) => `            ${clockWords(later)}`),
    ...offerLines(lead),
    ...(formerAgents.length === 0 ? [] : [`  had it    ${formerAgents.join(', ')}`]),
  ];
}

function offerLines({ offer }: LeadRecord): readonly string[] {
  if (offer === undefined) return [];
  const { round, offeredTo, declined, expired } = offer;
  const said = [...declined.map((agentId) => `${agentId} declined`), ...expired.map((agentId) => `${agentId} said nothing`)];
  return [`  offered   to ${offeredTo.join(', ')}, round ${round}${said.length === 0 ? '' : `; ${said.join(', ')}`}`];
}

const CLOCKS: Readonly<Record<LeadTimer['kind'], string>> = {
  ACCEPT: 'to be accepted until',
  ACCEPT_WARNING: 'owner is warned of the acceptance at',
  RESPONSE: 'first response until',
  RESPONSE_WARNING: 'owner is warned of the first response at',
  OFFER: 'to be accepted by one of those asked until',
  WAIT_LIMIT: 'waits at most until',
};

function clockWords({ kind, dueAt }: LeadTimer): string {
  return `${CLOCKS[kind]} ${instant(dueAt)}`;
}

interface Moment {
  readonly at: number;
  readonly what: string;
}

function timeline({ submission, decisions, deliveries, activities, sla }: LeadStory, lead: LeadRecord): readonly string[] {
  const moments: Moment[] = [
    ...(submission === null ? [] : [{ at: submission.acceptedAt, what: `accepted from ${submission.vendor} by ${submission.source}` }]),
    ...decisions.map((decision): Moment => ({ at: decision.decidedAt, what: decisionWords(decision) })),
    ...(lead.acceptedAt === null ? [] : [{ at: lead.acceptedAt, what: `accepted by ${lead.agentId ?? 'its owner'}` }]),
    ...(lead.respondedAt === null ? [] : [{ at: lead.respondedAt, what: 'first response' }]),
    ...activities.map(activityMoment),
    // What the topics have forgotten, the row still knows.
    ...(sla.length > 0 ? sla.map(slaMoment) : lead.breaches.map(breachMoment)),
    ...deliveries.map(deliveryMoment),
  ];
  return moments.sort((a, b) => a.at - b.at).map(({ at, what }) => `  ${instant(at)}  ${what}`);
}

function activityMoment({ at, activity, by, agentId, reason, isHumanResponse, to }: LeadActivityInfo): Moment {
  const why = reason === null ? '' : `: ${reason}`;
  if (to !== null) return { at, what: `${by} said to give it to ${to}${why}` };
  const automatic = isHumanResponse ? '' : ', automatically';
  return { at, what: `${by} reported ${codeWords(activity)}${agentId === null ? '' : ` by ${agentId}`}${automatic}${why}` };
}

function slaMoment({ at, kind, revision, agentId, dueAt }: LeadSlaInfo): Moment {
  const whose = agentId === null ? '' : ` of ${agentId}`;
  return { at, what: `promise${whose} (revision ${revision}, due ${instant(dueAt)}): ${codeWords(kind)}` };
}

function breachMoment({ dueAt, agentId, revision, clock }: LeadRecord['breaches'][number]): Moment {
  const what = clock === 'ACCEPT' ? 'accepted' : 'answered';
  return { at: dueAt, what: `not ${what} in time by ${agentId ?? 'the destination'} (revision ${revision})` };
}

function deliveryMoment(delivery: StoredDelivery): Moment {
  const { channel, destinationId, agentId, revision, state, attempts, receipt, lastError, createdAt, finishedAt } = delivery;
  const detail = receipt ?? lastError;
  const to = channel === 'offer' ? `${agentId} of ${destinationId}` : destinationId;
  const tried = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}${detail === null ? '' : ` (${detail})`}`;
  const what = `${channel} to ${to} about revision ${revision}: ${state.toLowerCase().replaceAll('_', ' ')}, ${tried}`;
  return { at: finishedAt ?? createdAt, what };
}
