/** The figures of a report: one statement over leads and decisions, and beside it the campaigns, which no column has. */
import { openContext, openStoredContexts } from '@lead-router/contracts/context-codec.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { type ReportRow, type ReportSide, type ReportSpan, readReport, scanContexts } from '@lead-router/store/report-store.ts';
import type { Connection } from '../connect/open-connection.ts';

export interface Report extends ReportSpan {
  readonly by: ReportSide;
  readonly rows: readonly ReportRow[];
}

export async function buildReport(connection: Pick<Connection, 'pool' | 'schemas'>, by: ReportSide, span: ReportSpan): Promise<Report> {
  const campaigns = by === 'campaign' ? { campaigns: await findCampaigns(connection, span) } : {};
  const rows = await readReport(connection.pool, { ...span, side: by, now: Date.now(), ...campaigns });
  return { by, ...span, rows };
}

/** Leads without a campaign are not in it. */
async function findCampaigns(
  { pool, schemas }: Pick<Connection, 'pool' | 'schemas'>,
  span: ReportSpan,
): Promise<ReadonlyMap<LeadId, string>> {
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
