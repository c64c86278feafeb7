/** Leads decided and written as the router does it: the same decision, the same store, without the process around them. */
import { fileURLToPath } from 'node:url';
import { eventIdFor, poolTimerId } from '@lead-router/contracts/ids.ts';
import { decideBatch, locksFor } from '@lead-router/domain/decide-batch.ts';
import { evaluateLead } from '@lead-router/domain/evaluate-lead.ts';
import type { Facts } from '@lead-router/domain/facts.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { LeadRecord, RouterInput } from '@lead-router/domain/routing-model.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { encodeBatchBody } from '@lead-router/store/batch-body.ts';
import { textArray } from '@lead-router/store/column-encoding.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { createPostgresRouterStore } from '@lead-router/store/postgres-router-store.ts';
import { statement } from '@lead-router/store/statement.ts';
import { buildLead } from '@lead-router/testkit/lead-builders.ts';
import { aBatch, anEventId, inTransaction, LIMITS } from '../../../../test/contract/router-store-fixture.ts';
import { readRuleSetFile } from '../setup/read-rule-set.ts';

export const SAMPLE = fileURLToPath(new URL('../../../../deploy/rule-sets/departments/rules.yaml', import.meta.url));
export const NOON = Date.UTC(2026, 10, 22, 12);
/** Its offsets tell the batches apart. */
const PARTITION = 2;
const APPLY = statement('cli-test-apply', 'INSERT INTO applied_events (event_id) SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING');

export async function sampleRuleSet(): Promise<RuleSet> {
  const read = await readRuleSetFile(SAMPLE);
  if (!read.ok) throw new Error('the sample has faults');
  return read.ruleSet;
}

/** Of a lead that asks to be called back now. */
export function urgentFacts(ruleSet: RuleSet): Facts {
  const lead = buildLead({ vendor: 'acme', attributes: { callback: 'now' } });
  return evaluateLead(ruleSet, { lead, person: null, isQualified: false, hashIdentity: (text) => text }).facts;
}

export interface Deciding {
  readonly inputs: readonly RouterInput[];
  /** Leads that the inputs are about, as they stand. */
  readonly known?: readonly LeadRecord[];
  readonly contexts?: ReadonlyMap<LeadId, Buffer>;
  readonly now?: number;
  /** First offset of the batch. */
  readonly from?: number;
}

/** One batch. */
export async function decideAndWrite(pool: PostgresPool, deciding: Deciding): Promise<void> {
  const { inputs, known = [], now = NOON + 20, from = 0 } = deciding;
  const ruleSet = await sampleRuleSet();
  const context = { now, seed: 7 };
  const peeked = { leads: new Map(known.map((lead) => [lead.leadId, lead])) };
  const locks = locksFor({ ruleSet, inputs, peeked });
  const { batch } = aBatch({ partition: PARTITION, from, to: from + inputs.length });
  await inTransaction(createPostgresRouterStore(pool, { poolTimerId }), async (transaction) => {
    await transaction.lockPartition(PARTITION);
    const snapshot = await transaction.lockAndRead(locks, LIMITS);
    const outcome = decideBatch({ ruleSet, ruleSetVersion: 1, snapshot, inputs, context, eventId: eventIdFor });
    if (outcome.kind !== 'DECIDED') throw new Error(outcome.kind);
    await transaction.write({
      batch: { ...batch, ...context },
      encode: () => ({ body: encodeBatchBody({ inputs, snapshot, context }), outputs: Buffer.alloc(0) }),
      writes: outcome.writes,
      contexts: deciding.contexts ?? new Map(),
      decisions: outcome.effects.flatMap((effect) =>
        effect.kind === 'DECISION' ? [{ decision: effect.decision, inputIndex: effect.inputIndex }] : [],
      ),
    });
  });
  await pool.run(APPLY, [textArray(inputs.map(({ eventId }) => eventId))]);
}

export async function decideUrgentLeads(pool: PostgresPool, leadIds: readonly LeadId[], deciding: Partial<Deciding> = {}): Promise<void> {
  const facts = urgentFacts(await sampleRuleSet());
  const inputs = leadIds.map(
    (leadId, offset): RouterInput => ({
      ...{
        kind: 'SCORED',
        eventId: anEventId(),
        leadId,
        offset,
        occurredAt: NOON,
        submittedAt: NOON,
        vendor: 'acme',
        identities: [],
        facts,
      },
    }),
  );
  await decideAndWrite(pool, { ...deciding, inputs });
}
