/**
 * Turns inbox messages into what `decideBatch` takes: every input gets the facts of its lead under the active rule set,
 * recomputed where the scorer used another version or where the lead comes back for a later revision.
 */
import { evaluateLead } from '@lead-router/domain/evaluate-lead.ts';
import type { Facts } from '@lead-router/domain/facts.ts';
import { factsOf } from '@lead-router/domain/facts-of.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import type { RouterInput } from '@lead-router/domain/routing-model.ts';
import type { IdentityHasher, RuleSet } from '@lead-router/domain/rule-set.ts';
import type { PeekResult } from '@lead-router/store/router-store.ts';
import type { InboxMessage, LeadContent, RouterWire } from './router-wire.ts';

export interface PreparedBatch {
  readonly inputs: readonly RouterInput[];
  /** By input: the message it came from. */
  readonly messages: readonly InboxMessage[];
  /** Encoded context of every lead the inputs speak of, as of after its last input; absent for unknown leads. */
  readonly contexts: ReadonlyMap<LeadId, Buffer>;
  /** Leads whose context is new or was evaluated again. */
  readonly changedContexts: ReadonlySet<LeadId>;
}

export interface PrepareOptions {
  readonly ruleSet: RuleSet;
  readonly ruleSetVersion: number;
  readonly hashIdentity: IdentityHasher;
  readonly wire: RouterWire;
}

/** What is known of a lead while walking through the batch. */
interface Walked {
  readonly context: Buffer;
  readonly content: LeadContent;
  isQualified: boolean;
}

export function prepareInputs(messages: readonly InboxMessage[], peeked: PeekResult, options: PrepareOptions): PreparedBatch {
  const contexts = new Map<LeadId, Buffer>();
  for (const [leadId, stored] of peeked.contexts) contexts.set(leadId, options.wire.fromStored(stored));
  const changedContexts = new Set<LeadId>();
  const walked = new Map<LeadId, Walked>();

  const walk = (leadId: LeadId): Walked | null => {
    const known = walked.get(leadId);
    if (known) return known;
    const context = contexts.get(leadId);
    if (!context) return null;
    const entry: Walked = {
      context,
      content: options.wire.readContext(context),
      isQualified: peeked.leads.get(leadId)?.isQualified ?? false,
    };
    walked.set(leadId, entry);
    return entry;
  };

  const evaluate = (leadId: LeadId, { context, content, isQualified }: Walked): { facts: Facts; identities: readonly string[] } => {
    const result = evaluateLead(options.ruleSet, { ...content, isQualified, hashIdentity: options.hashIdentity });
    contexts.set(leadId, options.wire.replaceFindings(context, { enrichment: result.enrichment, scoring: result.scoring }));
    changedContexts.add(leadId);
    return { facts: result.facts, identities: result.enrichment.identities };
  };

  const scored = (message: Extract<InboxMessage, { kind: 'SCORED' }>): RouterInput => {
    const { content, leadId } = message;
    const isNew = !contexts.has(leadId);
    let facts = factsOf(content.lead, { ...content, isQualified: false });
    let identities = content.enrichment.identities;
    // Of a known lead the first submission counts; whatever a second one says is ignored by the decision.
    if (isNew) {
      contexts.set(leadId, message.contextBytes);
      changedContexts.add(leadId);
      if (message.ruleSetVersion !== options.ruleSetVersion) {
        ({ facts, identities } = evaluate(leadId, {
          context: message.contextBytes,
          content: options.wire.readContext(message.contextBytes),
          isQualified: false,
        }));
      }
    }
    return { ...base(message), kind: 'SCORED', vendor: content.lead.vendor, submittedAt: message.submittedAt, identities, facts };
  };

  const later = (message: Exclude<InboxMessage, { kind: 'SCORED' }>): RouterInput => {
    const lead = walk(message.leadId);
    if (lead && message.kind === 'ACTIVITY' && message.activity === 'QUALIFIED') lead.isQualified = true;
    const facts = lead ? evaluate(message.leadId, lead).facts : null;
    switch (message.kind) {
      case 'ACTIVITY':
        return { ...base(message), kind: 'ACTIVITY', activity: message.activity, agentId: message.agentId, reason: message.reason, facts };
      case 'TIMER':
        return { ...base(message), kind: 'TIMER', timer: message.timer, generation: message.generation, poolId: message.poolId, facts };
      case 'ROUTE':
        return { ...base(message), kind: 'ROUTE', poolId: message.poolId, cause: message.cause, facts };
      case 'REASSIGN':
        return { ...base(message), kind: 'REASSIGN', to: message.to, by: message.by, reason: message.reason, facts };
    }
  };

  const inputs = messages.map((message) => (message.kind === 'SCORED' ? scored(message) : later(message)));
  return { inputs, messages, contexts, changedContexts };
}

function base(message: InboxMessage) {
  return { eventId: message.eventId, offset: message.offset, leadId: message.leadId, occurredAt: message.occurredAt };
}
