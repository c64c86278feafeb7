/** Recorded batches decided once more: what explain and replay stand on. */
import { eventIdFor } from '@lead-router/contracts/ids.ts';
import type { DecideBatchRequest } from '@lead-router/domain/decide-batch.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { compilePublished } from '@lead-router/service-kit/open-dependencies.ts';
import { decodeBatchBody } from '@lead-router/store/batch-body.ts';
import { type RecordedBatch, readDecisionBatch, type StoredDecision } from '@lead-router/store/lead-store.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { loadRuleSet } from '@lead-router/store/rule-set-store.ts';
import { CliError, EXIT } from '../connect/cli-error.ts';

export interface RecordedBatches {
  /** What the batch of a decision was decided from. Rejects with a CliError when the record or its rule set is not there. */
  find(decision: StoredDecision): Promise<{ readonly batch: RecordedBatch; readonly request: DecideBatchRequest }>;
  /** Of a record that is at hand. */
  requestOf(batch: RecordedBatch): Promise<DecideBatchRequest>;
}

/** Compiles each rule set version once. */
export function createRecordedBatches(pool: PostgresPool): RecordedBatches {
  const ruleSets = new Map<number, Promise<RuleSet>>();
  const ruleSetOf = (version: number): Promise<RuleSet> => {
    const compiled = ruleSets.get(version) ?? loadCompiled(pool, version);
    ruleSets.set(version, compiled);
    return compiled;
  };
  const requestOf: RecordedBatches['requestOf'] = async ({ body, ruleSetVersion }) => {
    const { inputs, snapshot, context } = decodeBatchBody(body);
    return { ruleSet: await ruleSetOf(ruleSetVersion), ruleSetVersion, snapshot, inputs, context, eventId: eventIdFor };
  };
  return {
    requestOf,
    find: async ({ batchId, leadId, revision }) => {
      const batch = await readDecisionBatch(pool, batchId);
      if (batch !== null) return { batch, request: await requestOf(batch) };
      throw notThere(
        `the record of batch ${batchId}, which decided revision ${revision} of ${leadId}, is not in Postgres: run \`lead-router audit\``,
      );
    },
  };
}

async function loadCompiled(pool: PostgresPool, version: number): Promise<RuleSet> {
  const document = await loadRuleSet(pool, version);
  if (document === null) throw notThere(`rule set version ${version} is not in Postgres: see \`lead-router rules list\``);
  return compilePublished(document);
}

function notThere(message: string): CliError {
  return new CliError('LR_CLI_NOT_FOUND', message, { exitCode: EXIT.NEGATIVE });
}
