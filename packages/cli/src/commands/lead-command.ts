/** `lead-router lead LEAD_ID` */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import type { StoredDecision, StoredDelivery } from '@lead-router/store/lead-store.ts';
import type { Command } from 'commander';
import { EXIT } from '../connect/cli-error.ts';
import { type CommandRun, command, type SharedOptions } from './command.ts';
import { leadIdArgument } from './lead-id.ts';
import { type LeadStory, readLeadStory } from './read-lead-story.ts';
import { instant } from './text-table.ts';

export function leadCommand(runner: CommandRun): Command {
  return command('lead', {
    summary: 'where a lead is and everything that happened to it',
    examples: ['lead 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23', 'lead 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23 --json | jq .lead.stage'],
  })
    .argument('<lead-id>', 'id of the lead', leadIdArgument)
    .action((leadId: LeadId, options: SharedOptions) =>
      runner.connected(options, ['kafka', 'postgres'], async (connection) => {
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
    (letter) =>
      `  dead-lettered by ${letter.service} in step ${letter.step} at ${instant(letter.diedAt)}: ${letter.message} (${letter.code})`,
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
    ...(timer === null
      ? []
      : [
          `  clock     ${timer.kind === 'ACCEPT' ? 'to be accepted' : 'waits at most'} until ${instant(timer.dueAt)} (generation ${lead.timerGeneration})`,
        ]),
    ...(formerAgents.length === 0 ? [] : [`  had it    ${formerAgents.join(', ')}`]),
  ];
}

interface Moment {
  readonly at: number;
  readonly what: string;
}

function timeline({ submission, decisions, deliveries }: LeadStory, lead: LeadRecord): readonly string[] {
  const moments: Moment[] = [
    ...(submission === null ? [] : [{ at: submission.acceptedAt, what: `accepted from ${submission.vendor} by ${submission.source}` }]),
    ...decisions.map((decision): Moment => ({ at: decision.decidedAt, what: decisionWords(decision) })),
    ...(lead.acceptedAt === null ? [] : [{ at: lead.acceptedAt, what: `accepted by ${lead.agentId ?? 'its owner'}` }]),
    ...(lead.respondedAt === null ? [] : [{ at: lead.respondedAt, what: 'first response' }]),
    ...lead.breaches.map(
      ({ dueAt, agentId, revision }): Moment => ({
        at: dueAt,
        what: `not accepted in time by ${agentId ?? 'the destination'} (revision ${revision})`,
      }),
    ),
    ...deliveries.map(deliveryMoment),
  ];
  return moments.sort((a, b) => a.at - b.at).map(({ at, what }) => `  ${instant(at)}  ${what}`);
}

function decisionWords(decision: StoredDecision): string {
  const { revision, kind, cause, acceptBy, previousAgentId } = decision;
  const from = previousAgentId === null ? '' : `, from ${previousAgentId}`;
  const clock = acceptBy === null ? '' : `, to be accepted by ${instant(acceptBy)}`;
  return `revision ${revision}: ${kind.toLowerCase()} ${placeWords(decision)}${from}, because of ${cause.toLowerCase().replaceAll('_', ' ')}${clock}`;
}

function placeWords(place: Pick<LeadRecord, 'linkedTo' | 'poolId' | 'agentId' | 'destinationId'>): string {
  const { linkedTo, poolId, agentId, destinationId } = place;
  const link = linkedTo === null ? '' : `to lead ${linkedTo}, with `;
  return `${link}${agentId === null ? '' : `${agentId} `}in pool ${poolId ?? '-'} of ${destinationId ?? '-'}`;
}

function deliveryMoment(delivery: StoredDelivery): Moment {
  const { channel, destinationId, revision, state, attempts, receipt, lastError, createdAt, finishedAt } = delivery;
  const detail = receipt ?? lastError;
  const what = `${channel} to ${destinationId} about revision ${revision}: ${state.toLowerCase().replaceAll('_', ' ')}, ${attempts} attempts${detail === null ? '' : ` (${detail})`}`;
  return { at: finishedAt ?? createdAt, what };
}
