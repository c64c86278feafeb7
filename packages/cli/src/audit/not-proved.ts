/** What an audit cannot know, said plainly: a proof that hides its limits is none. */
import type { EarlyFigures } from '@lead-router/store/early-activities.ts';
import type { AuditCut } from './audit-cut.ts';

export interface Limits {
  readonly cut: AuditCut;
  readonly expiredEvents: number;
  readonly unattributedStates: number;
  readonly uncounted: readonly string[];
  readonly early: EarlyFigures;
  /** Before it, months of decisions were dropped; null: never. */
  readonly keptFrom: number | null;
}

export function notProved({ cut, expiredEvents, unattributedStates, uncounted, early, keptFrom }: Limits): readonly string[] {
  const topics = [...new Set(cut.partitions.map(({ topic }) => topic))].filter((topic) => cut.hasExpired(topic));
  return [
    ...topics.map((topic) => `${topic} has lost its oldest records by age: what was in them is not proved by it.`),
    ...(expiredEvents === 0
      ? []
      : [`${expiredEvents} decisions are older than the oldest event that is kept: their events cannot be looked at.`]),
    ...(unattributedStates === 0
      ? []
      : [`${unattributedStates} leads changed without a decision while the audit ran: their latest state is expected behind the cut.`]),
    ...(keptFrom === null
      ? []
      : [
          `Decisions made before ${new Date(keptFrom).toISOString().slice(0, 10)} were dropped by \`lead-router retention\`: of older leads only later revisions are proved.`,
        ]),
    ...earlyWords(early),
    ...uncounted.map(
      (destinationId) =>
        `The open leads of destination ${destinationId}: not every rule set that was active had caps for it, and without caps nothing is counted.`,
    ),
    'What receivers outside made of their messages: a delivery may be repeated, see its receipts.',
    'Requests that were refused at the door, by HTTP: no lead came into being, so none is missing.',
  ];
}

function earlyWords({ activities, leads, oldestKeptAt }: EarlyFigures): readonly string[] {
  if (oldestKeptAt === null) return [];
  const since = new Date(oldestKeptAt).toISOString();
  return [
    `${activities} activities are kept for ${leads} leads that have not come, the oldest since ${since}: whether those leads exist anywhere is not known here.`,
  ];
}
