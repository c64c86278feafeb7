/** Recorded batches decided once more: what explain and replay stand on. */
import { eventIdFor } from '@lead-router/contracts/ids.ts';
import { type DecideBatchRequest, decideBatch } from '@lead-router/domain/decide-batch.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { compilePublished } from '@lead-router/service-kit/open-dependencies.ts';
import { decodeBatchBody } from '@lead-router/store/batch-body.ts';
import { readDecisionBatch, type StoredDecision } from '@lead-router/store/lead-store.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { loadRuleSet } from '@lead-router/store/rule-set-store.ts';
import { decisionFields, type Fields } from '../audit/compared-fields.ts';
import { CliError, EXIT } from '../connect/cli-error.ts';

/** What the batch of a decision was decided from. Rejects with a CliError when the record or its rule set is not there. */
export type RecordedBatches = (decision: StoredDecision) => Promise<DecideBatchRequest>;

/** Compiles each rule set version once. */
export function createRecordedBatches(pool: PostgresPool): RecordedBatches {
  const ruleSets = new Map<number, Promise<RuleSet>>();
  const ruleSetOf = (version: number): Promise<RuleSet> => {
    const compiled = ruleSets.get(version) ?? loadCompiled(pool, version);
    ruleSets.set(version, compiled);
    return compiled;
  };
  return async ({ batchId, leadId, revision }) => {
    const batch = await readDecisionBatch(pool, batchId);
    if (batch === null) {
      throw notThere(
        `the record of batch ${batchId}, which decided revision ${revision} of ${leadId}, is not in Postgres: run \`lead-router audit\``,
      );
    }
    const { inputs, snapshot, context } = decodeBatchBody(batch.body);
    return {
      ruleSet: await ruleSetOf(batch.ruleSetVersion),
      ruleSetVersion: batch.ruleSetVersion,
      snapshot,
      inputs,
      context,
      eventId: eventIdFor,
    };
  };
}

/** The same decision made again; null when the batch, decided again, does not make it. */
export function decideAgain(request: DecideBatchRequest, decision: StoredDecision): Fields | null {
  const outcome = decideBatch(request);
  if (outcome.kind === 'MISSING_LOCKS') return null;
  for (const effect of outcome.effects) {
    if (effect.kind !== 'DECISION') continue;
    const { lead, ...made } = effect.decision;
    if (lead.leadId !== decision.leadId || lead.revision !== decision.revision) continue;
    return decisionFields({ ...lead, ...made, batchId: decision.batchId, inputIndex: effect.inputIndex });
  }
  return null;
}

async function loadCompiled(pool: PostgresPool, version: number): Promise<RuleSet> {
  const document = await loadRuleSet(pool, version);
  if (document === null) throw notThere(`rule set version ${version} is not in Postgres: see \`lead-router rules list\``);
  return compilePublished(document);
}

function notThere(message: string): CliError {
  return new CliError('LR_CLI_NOT_FOUND', message, { exitCode: EXIT.NEGATIVE });
}
