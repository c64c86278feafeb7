/**
 * Activities that come before their lead: kept as the bytes they came in, and put behind the lead's submission when it comes, in the order
 * in which they happened. From there they are inputs like any other, also for replay: docs/adr/0023.
 */
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { BatchOutcome, IgnoredInput } from '@lead-router/domain/routing-model.ts';
import type { EarlyActivity, EarlyWrites } from '@lead-router/store/early-activities.ts';
import type { PeekResult } from '@lead-router/store/router-store.ts';
import type { InboxMessage, RouterWire } from './router-wire.ts';

type ActivityMessage = Extract<InboxMessage, { readonly kind: 'ACTIVITY' }>;
/** By lead, from batches before this one. */
export type EarlyActivities = ReadonlyMap<LeadId, readonly ActivityMessage[]>;

export interface MessagesInTurn {
  readonly messages: readonly InboxMessage[];
  /** Of `messages`, those that were kept by an earlier batch. */
  readonly taken: EarlyWrites['taken'];
}

/** One that this version cannot read stays where it is, in sight of the figures, and stops nothing. */
export async function readEarly(wire: RouterWire, early: PeekResult['early']): Promise<EarlyActivities> {
  if (early.size === 0) return new Map();
  const values = [...early.values()].flat();
  const answers = await wire.read(values.map((value) => ({ offset: 0, timestampMs: 0, key: null, value, headers: {} })));
  return groupByLead(answers.flatMap((answer) => (answer.ok && answer.message.kind === 'ACTIVITY' ? [answer.message] : [])));
}

/** The batch's messages with each early activity behind its lead's submission; the very list where there is none. */
export function putInTurn(messages: readonly InboxMessage[], known: ReadonlyMap<LeadId, unknown>, early: EarlyActivities): MessagesInTurn {
  const ahead = aheadOfLead(messages, known);
  if (ahead.size === 0 && early.size === 0) return { messages, taken: [] };
  const aheadByLead = groupByLead([...ahead]);
  const inTurn: InboxMessage[] = [];
  const taken: EarlyActivity['eventId'][] = [];
  const submitted = new Set<LeadId>();
  for (const message of messages) {
    if (message.kind === 'ACTIVITY' && ahead.has(message)) continue;
    inTurn.push(message);
    const { leadId, kind, offset, headers } = message;
    if (kind !== 'SCORED' || submitted.has(leadId) || known.has(leadId)) continue;
    submitted.add(leadId);
    const kept = (early.get(leadId) ?? []).map((activity) => ({ ...activity, offset, headers }));
    inTurn.push(...[...kept, ...(aheadByLead.get(leadId) ?? [])].sort(byOccurrence));
    taken.push(...kept.map(({ eventId }) => eventId));
  }
  const isTaken = new Set(taken);
  return {
    messages: inTurn,
    taken: inTurn.filter(({ eventId }) => isTaken.has(eventId)).map(({ leadId, eventId }) => ({ leadId, eventId })),
  };
}

/** What a decided batch does to the table; undefined where it has nothing to do with early activities. */
export function earlyWrites(
  { ignored }: Pick<Extract<BatchOutcome, { kind: 'DECIDED' }>, 'ignored'>,
  { messages, taken }: MessagesInTurn,
): EarlyWrites | undefined {
  const isEarly = ({ reason }: IgnoredInput): boolean => reason === 'LEAD_NOT_YET_KNOWN';
  if (taken.length === 0 && !ignored.some(isEarly)) return undefined;
  const kept = ignored.filter(isEarly).flatMap(({ inputIndex }): EarlyActivity[] => {
    const message = messages[inputIndex];
    if (message?.kind !== 'ACTIVITY') return [];
    const { leadId, eventId, occurredAt, value } = message;
    return [{ leadId, eventId, occurredAt, value }];
  });
  return { kept, taken };
}

/** Activities of leads that are submitted later in this very batch. */
function aheadOfLead(messages: readonly InboxMessage[], known: ReadonlyMap<LeadId, unknown>): ReadonlySet<ActivityMessage> {
  const ahead = new Set<ActivityMessage>();
  const submitted = new Set<LeadId>();
  let waiting: ActivityMessage[] = [];
  for (const message of messages) {
    const { leadId } = message;
    if (message.kind === 'ACTIVITY' && !known.has(leadId) && !submitted.has(leadId)) waiting.push(message);
    if (message.kind !== 'SCORED' || submitted.has(leadId)) continue;
    submitted.add(leadId);
    if (waiting.length === 0) continue;
    for (const activity of waiting) if (activity.leadId === leadId) ahead.add(activity);
    waiting = waiting.filter((activity) => !ahead.has(activity));
  }
  return ahead;
}

function groupByLead(activities: readonly ActivityMessage[]): EarlyActivities {
  const byLead = new Map<LeadId, ActivityMessage[]>();
  for (const activity of activities) {
    const ofLead = byLead.get(activity.leadId);
    if (ofLead === undefined) byLead.set(activity.leadId, [activity]);
    else ofLead.push(activity);
  }
  return byLead;
}

function byOccurrence(a: ActivityMessage, b: ActivityMessage): number {
  return a.occurredAt - b.occurredAt || (a.eventId < b.eventId ? -1 : 1);
}
