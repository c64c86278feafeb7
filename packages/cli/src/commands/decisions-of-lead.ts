/** The decisions that a command is about, or the fault that says why there are none. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import { readDecisions, type StoredDecision } from '@lead-router/store/lead-store.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { CliError, EXIT } from '../connect/cli-error.ts';

/** By revision, never empty. */
export async function requireDecisions(pool: PostgresPool, leadId: LeadId): Promise<readonly StoredDecision[]> {
  const decisions = await readDecisions(pool, leadId);
  if (decisions.length > 0) return decisions;
  throw new CliError('LR_CLI_NOT_FOUND', `lead ${leadId} has not been decided: \`lead-router lead ${leadId}\` says where it is.`, {
    exitCode: EXIT.NEGATIVE,
  });
}

/** The latest where none is named. */
export function chooseRevision(leadId: LeadId, decisions: readonly StoredDecision[], revision: number | undefined): StoredDecision {
  const chosen = revision === undefined ? decisions.at(-1) : decisions.find((one) => one.revision === revision);
  if (chosen !== undefined) return chosen;
  throw new CliError('LR_CLI_NOT_FOUND', `lead ${leadId} has revisions 1 to ${decisions.length}, not ${revision}.`, {
    exitCode: EXIT.NEGATIVE,
  });
}
