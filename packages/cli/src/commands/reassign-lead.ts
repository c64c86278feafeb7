/** A lead given to somebody else by hand: the command into the inbox, and what the router made of it. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTopicCodec } from '@lead-router/contracts/codec.ts';
import { eventIdFor } from '@lead-router/contracts/ids.ts';
import { toEnvelope } from '@lead-router/contracts/mappers/envelope-mapper.ts';
import { toInboxEvent } from '@lead-router/contracts/mappers/inbox-mapper.ts';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { parseTarget } from '@lead-router/domain/decide-reassign.ts';
import type { EventId, LeadId } from '@lead-router/domain/lead.ts';
import type { LeadRecord } from '@lead-router/domain/routing-model.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { decodeBatchBody } from '@lead-router/store/batch-body.ts';
import { isEventApplied, readDecisionBatch, readDecisions, readLead, type StoredDecision } from '@lead-router/store/lead-store.ts';
import type { PostgresPool } from '@lead-router/store/postgres-pool.ts';
import { CliError, EXIT } from '../connect/cli-error.ts';
import type { Connection } from '../connect/open-connection.ts';
import { adviceFor, notFound, readActiveRuleSet } from './active-rule-set.ts';

export interface ReassignRequest {
  readonly leadId: LeadId;
  /** `POOL` or `POOL/AGENT`. */
  readonly to: string;
  readonly by: string;
  readonly reason: string;
  readonly timeoutMs: number;
}

export type ReassignOutcome =
  | { readonly kind: 'DECIDED'; readonly eventId: EventId; readonly decision: StoredDecision; readonly waitedMs: number }
  /** The router has seen the command and left the lead as it is. */
  | { readonly kind: 'UNCHANGED'; readonly eventId: EventId; readonly lead: LeadRecord | null; readonly waitedMs: number }
  /** In the log, and not reached yet: it will take effect. */
  | { readonly kind: 'PENDING'; readonly eventId: EventId; readonly waitedMs: number };

const POLL_MS = 25;

/** Rejects with a CliError where the router could only ignore the command; a KafkaFault when it may or may not be in the log. */
export async function reassignLead(connection: Connection, request: ReassignRequest): Promise<ReassignOutcome> {
  const { pool } = connection;
  const before = await requireOpenLead(pool, request.leadId);
  requireTarget(await readActiveRuleSet(pool), request.to);
  // Each command is one of its own: the same wish may have been ignored once and be right later.
  const eventId = eventIdFor('reassign', request.leadId, randomUUID());
  await publish(connection, eventId, request);
  const startedAt = performance.now();
  for (;;) {
    const isApplied = await isEventApplied(pool, eventId);
    const waitedMs = Math.round(performance.now() - startedAt);
    if (isApplied) return { ...(await outcomeOf(pool, { eventId, before })), eventId, waitedMs };
    if (waitedMs > request.timeoutMs) return { kind: 'PENDING', eventId, waitedMs };
    await sleep(POLL_MS);
  }
}

async function requireOpenLead(pool: PostgresPool, leadId: LeadId): Promise<LeadRecord> {
  const stored = await readLead(pool, leadId);
  if (stored === null) throw notFound(`lead ${leadId} has not been decided: \`lead-router lead ${leadId}\` says where it is.`);
  if (stored.lead.stage !== 'CLOSED') return stored.lead;
  throw new CliError('LR_CLI_REFUSED', `lead ${leadId} is closed: a lead that has ended is not given to anybody.`, {
    exitCode: EXIT.NEGATIVE,
  });
}

function requireTarget(ruleSet: RuleSet, to: string): void {
  if (parseTarget(ruleSet, to) !== null) return;
  const [poolId = '', agentId = ''] = to.split('/', 2);
  const pool = ruleSet.pools.get(poolId);
  if (pool === undefined) throw notFound(`the active rule set has no pool "${poolId}": ${adviceFor(poolId, [...ruleSet.pools.keys()])}`);
  const agent = pool.agents.find((one) => one.agentId === agentId);
  if (agent?.active === false) throw notFound(`agent ${agentId} of pool ${poolId} is not active: only active agents are given leads.`);
  const active = pool.agents.flatMap((one) => (one.active ? [one.agentId] : []));
  throw notFound(`pool ${poolId} has no agent "${agentId}": ${adviceFor(agentId, active)}`);
}

async function publish({ kafka, schemas }: Connection, eventId: EventId, request: ReassignRequest): Promise<void> {
  const { leadId, to, by, reason } = request;
  const codec = await openTopicCodec(schemas, 'inbox');
  const now = Date.now();
  const envelope = toEnvelope({ eventId, leadId, occurredAt: now, recordedAt: now });
  const { prefix, context } = toInboxEvent(envelope, { kind: 'REASSIGN', to, by, reason });
  const producer = await kafka.producer();
  try {
    await producer.send([{ topic: TOPICS.inbox.topic, key: leadId, value: codec.encodeWithContext(prefix, context) }]);
  } finally {
    await producer.disconnect();
  }
}

interface Applied {
  readonly eventId: EventId;
  readonly before: LeadRecord;
}

/** The decision whose input was this event; there may be others since. */
async function outcomeOf(
  pool: PostgresPool,
  { eventId, before }: Applied,
): Promise<
  { readonly kind: 'DECIDED'; readonly decision: StoredDecision } | { readonly kind: 'UNCHANGED'; readonly lead: LeadRecord | null }
> {
  for (const decision of await readDecisions(pool, before.leadId)) {
    if (decision.revision <= before.revision || decision.cause !== 'REASSIGNED_BY_HAND') continue;
    const batch = await readDecisionBatch(pool, decision.batchId);
    if (batch === null) continue;
    if (decodeBatchBody(batch.body).inputs[decision.inputIndex]?.eventId === eventId) return { kind: 'DECIDED', decision };
  }
  return { kind: 'UNCHANGED', lead: (await readLead(pool, before.leadId))?.lead ?? null };
}
