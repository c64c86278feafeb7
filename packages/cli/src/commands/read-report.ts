/** The figures of a report: one statement over leads and decisions, and beside it what no column has (campaigns, wins). */
import { randomUUID } from 'node:crypto';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { openContext, openStoredContexts } from '@lead-router/contracts/context-codec.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import {
  type ClosedLead,
  type ReportRow,
  type ReportSide,
  type ReportSpan,
  readClosedLeads,
  readReport,
  scanContexts,
} from '@lead-router/store/report-store.ts';
import { readTopic } from '@lead-router/stream/read-topic.ts';
import type { Connection } from '../connect/open-connection.ts';

export interface Report extends ReportSpan {
  readonly by: ReportSide;
  readonly rows: readonly ReportRow[];
}

export async function buildReport(connection: Connection, by: ReportSide, span: ReportSpan): Promise<Report> {
  const { pool } = connection;
  const won = await findWon(connection, await readClosedLeads(pool, span));
  const campaigns = by === 'campaign' ? { campaigns: await findCampaigns(connection, span) } : {};
  const rows = await readReport(pool, { ...span, side: by, now: Date.now(), won, ...campaigns });
  return { by, ...span, rows };
}

/** Leads without a campaign are not in it. */
async function findCampaigns({ pool, schemas }: Connection, span: ReportSpan): Promise<ReadonlyMap<LeadId, string>> {
  const stored = await openStoredContexts(schemas);
  const campaigns = new Map<LeadId, string>();
  for await (const rows of scanContexts(pool, span)) {
    await stored.prepare(rows.flatMap(({ context }) => context ?? []));
    for (const { leadId, context } of rows) {
      const campaign = context === null ? null : openContext(stored.fromStored(context)).lead.campaign;
      if (campaign !== null) campaigns.set(leadId, campaign);
    }
  }
  return campaigns;
}

const CLOSING: ReadonlySet<string> = new Set(['WON', 'LOST', 'DISQUALIFIED']);

/** Those that ended because their owner, or a system, said that they were won; as far back as the inbox goes. */
async function findWon({ kafka, schemas }: Connection, closed: readonly ClosedLead[]): Promise<readonly LeadId[]> {
  if (closed.length === 0) return [];
  const open = new Map<string, ClosedLead>(closed.map((lead) => [lead.leadId, lead]));
  const won: LeadId[] = [];
  const codec = await openTopicCodec(schemas, 'inbox');
  await readTopic(kafka, {
    topic: TOPICS.inbox.topic,
    groupId: `lead-router-cli-${randomUUID()}`,
    onRecords: async (records) => {
      const about = records.flatMap(({ key, value }) => {
        const lead = open.get(key?.toString('latin1') ?? '');
        return lead === undefined || value === null ? [] : [{ lead, value }];
      });
      await codec.prepare(about.map(({ value }) => value));
      for (const { lead, value } of about) {
        const { body } = codec.decodePrefix(value).prefix;
        if (!('leadrouter.v1.LeadActivity' in body) || !open.has(lead.leadId)) continue;
        const { activity, agentId } = body['leadrouter.v1.LeadActivity'];
        // The router hears nobody but the owner, and nothing after the end.
        if (!CLOSING.has(activity) || (agentId !== null && agentId !== lead.agentId)) continue;
        open.delete(lead.leadId);
        if (activity === 'WON') won.push(lead.leadId);
      }
    },
  });
  return won;
}
