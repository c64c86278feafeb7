/** What happened to a lead besides its decisions, from the topics: activities and commands that came in, promises that were broken or kept. */
import { randomUUID } from 'node:crypto';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import type { InboxEventPrefix, LeadSla } from '@lead-router/contracts/generated/wire-types.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { partitionOf } from '@lead-router/stream/murmur2.ts';
import { endOffsets, readTopic } from '@lead-router/stream/read-topic.ts';
import type { Connection } from '../connect/open-connection.ts';

/** Without anything personal. */
export interface LeadActivityInfo {
  /** When it happened in the world. */
  readonly at: number;
  /** `ACCEPTED`, …, `REASSIGN` for a command. */
  readonly activity: string;
  /** Where it was recorded; of a command, who gave it. */
  readonly by: string;
  readonly agentId: string | null;
  readonly reason: string | null;
  readonly isHumanResponse: boolean;
  /** Of a command: where the lead was to go. */
  readonly to: string | null;
}

export interface LeadSlaInfo {
  readonly at: number;
  readonly kind: string;
  readonly revision: number;
  readonly agentId: string | null;
  readonly dueAt: number;
}

export interface LeadEvents {
  readonly activities: readonly LeadActivityInfo[];
  readonly sla: readonly LeadSlaInfo[];
}

type Source = Pick<Connection, 'kafka' | 'schemas'>;

/** As far back as the topics go; reads the one partition that has the lead. */
export async function readLeadEvents({ kafka, schemas }: Source, leadId: LeadId): Promise<LeadEvents> {
  const existing = await kafka.admin.listTopics();
  if (!existing.includes(TOPICS.inbox.topic) || !existing.includes(TOPICS.sla.topic)) return { activities: [], sla: [] };
  const [inbox, slaCodec] = await Promise.all([openTopicCodec(schemas, 'inbox'), openTopicCodec(schemas, 'sla')]);
  const activities: LeadActivityInfo[] = [];
  const sla: LeadSlaInfo[] = [];
  const readInbox = valuesOf({ kafka }, { topic: TOPICS.inbox.topic, leadId }, async (values) => {
    await inbox.prepare(values);
    for (const value of values) {
      const activity = activityOf(inbox.decodePrefix(value).prefix);
      if (activity !== null) activities.push(activity);
    }
  });
  const readSla = valuesOf({ kafka }, { topic: TOPICS.sla.topic, leadId }, async (values) => {
    await slaCodec.prepare(values);
    for (const value of values) sla.push(slaOf(slaCodec.decode(value)));
  });
  await Promise.all([readInbox, readSla]);
  return { activities, sla };
}

async function valuesOf(
  { kafka }: Pick<Source, 'kafka'>,
  { topic, leadId }: { readonly topic: string; readonly leadId: LeadId },
  onValues: (values: readonly Buffer[]) => Promise<void>,
): Promise<void> {
  const partition = partitionOf(leadId, await kafka.admin.partitionCount(topic));
  const end = (await endOffsets(kafka, topic)).get(partition) ?? 0;
  const key = Buffer.from(leadId);
  await readTopic(kafka, {
    topic,
    groupId: `lead-router-cli-${randomUUID()}`,
    until: new Map([[partition, end]]),
    onRecords: (records) =>
      onValues(records.flatMap((record) => (record.key?.equals(key) === true && record.value !== null ? [record.value] : []))),
  });
}

/** null: neither an activity nor a command. */
function activityOf({ envelope, body }: InboxEventPrefix): LeadActivityInfo | null {
  if ('leadrouter.v1.LeadActivity' in body) {
    const { activity, system, agentId, reason, isHumanResponse } = body['leadrouter.v1.LeadActivity'];
    return { at: envelope.occurredAt, activity, by: system, agentId, reason, isHumanResponse, to: null };
  }
  if ('leadrouter.v1.ReassignLead' in body) {
    const { to, by, reason } = body['leadrouter.v1.ReassignLead'];
    return { at: envelope.occurredAt, activity: 'REASSIGN', by, agentId: null, reason, isHumanResponse: true, to };
  }
  return null;
}

function slaOf({ envelope, kind, revision, agentId, dueAt }: LeadSla): LeadSlaInfo {
  return { at: envelope.occurredAt, kind, revision, agentId, dueAt };
}
