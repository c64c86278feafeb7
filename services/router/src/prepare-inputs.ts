/**
 * Turns inbox messages into what `decideBatch` takes: every input gets the facts of its lead under the active rule set,
 * recomputed where the scorer used another version or where the lead comes back for a later revision, with all that the activities
 * before it and it itself have brought.
 */
import { type EvaluatedLead, evaluateLead } from '@lead-router/domain/evaluate-lead.ts';
import { factsOf } from '@lead-router/domain/facts-of.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { eventOf, isAlwaysKept, type LeadData, type LeadEvent, learn, remember } from '@lead-router/domain/lead-history.ts';
import type { RouterInput } from '@lead-router/domain/routing-model.ts';
import type { IdentityHasher, RuleSet } from '@lead-router/domain/rule-set.ts';
import type { PeekResult } from '@lead-router/store/router-store.ts';
import { type EarlyActivities, type MessagesInTurn, putInTurn } from './early-activities.ts';
import type { InboxMessage, RouterWire } from './router-wire.ts';

export interface PreparedBatch {
  readonly inputs: readonly RouterInput[];
  /** By input: the message it came from; and which of them were kept from before. */
  readonly turns: MessagesInTurn;
  /** The leads' contexts after the batch. An activity whose input was ignored is not part of its lead's history. */
  contextsAfter(ignored: ReadonlySet<number>): BatchContexts;
}

/** Encoded. */
export interface BatchContexts {
  /** Of every lead the inputs speak of, as of after its last input; absent for unknown leads. */
  readonly all: ReadonlyMap<LeadId, Buffer>;
  /** Those that are new or were evaluated again. */
  readonly changed: ReadonlyMap<LeadId, Buffer>;
}

export interface PrepareOptions {
  readonly ruleSet: RuleSet;
  readonly ruleSetVersion: number;
  readonly hashIdentity: IdentityHasher;
  readonly wire: RouterWire;
  /** For what fades with time. */
  readonly now: number;
  /** What came before leads that this batch submits. */
  readonly early: EarlyActivities;
}

/** What is known of a lead while walking through the batch. */
interface Walked {
  /** As it came. */
  readonly context: Buffer;
  readonly before: LeadData;
  data: LeadData;
  isQualified: boolean;
  found: EvaluatedLead | null;
  /** Activities that are part of the history only if they are heard. */
  readonly heard: { readonly inputIndex: number; readonly event: LeadEvent }[];
}

type Message<K extends InboxMessage['kind']> = Extract<InboxMessage, { kind: K }>;

export function prepareInputs(messages: readonly InboxMessage[], peeked: PeekResult, options: PrepareOptions): PreparedBatch {
  const leads = new BatchLeads(peeked, options);
  const turns = putInTurn(messages, peeked.contexts, options.early);
  const inputs = turns.messages.map((message, inputIndex) =>
    message.kind === 'SCORED' ? scored(leads, message, options) : later(leads, message, inputIndex),
  );
  return { inputs, turns, contextsAfter: (ignored) => leads.contextsAfter(ignored) };
}

function scored(leads: BatchLeads, message: Message<'SCORED'>, options: PrepareOptions): RouterInput {
  const { content, leadId } = message;
  let facts = factsOf(content.lead, { ...content, isQualified: false });
  let identities = content.enrichment.identities;
  // Of a known lead the first submission counts; whatever a second one says is ignored by the decision.
  if (leads.submit(leadId, message.contextBytes) && message.ruleSetVersion !== options.ruleSetVersion) {
    const found = leads.evaluate(leadId);
    if (found !== null) ({ facts, identities } = { facts: found.facts, identities: found.enrichment.identities });
  }
  return { ...base(message), kind: 'SCORED', vendor: content.lead.vendor, submittedAt: message.submittedAt, identities, facts };
}

function later(leads: BatchLeads, message: Exclude<InboxMessage, { kind: 'SCORED' }>, inputIndex: number): RouterInput {
  if (message.kind === 'ACTIVITY') leads.hear(message, inputIndex);
  const facts = leads.evaluate(message.leadId)?.facts ?? null;
  switch (message.kind) {
    case 'ACTIVITY': {
      const { activity, agentId, reason, isHumanResponse, revision, bringsData } = message;
      return { ...base(message), kind: 'ACTIVITY', activity, agentId, reason, isHumanResponse, revision, bringsData, facts };
    }
    case 'TIMER':
      return { ...base(message), kind: 'TIMER', timer: message.timer, generation: message.generation, poolId: message.poolId, facts };
    case 'ROUTE':
      return { ...base(message), kind: 'ROUTE', poolId: message.poolId, cause: message.cause, facts };
    case 'REASSIGN':
      return { ...base(message), kind: 'REASSIGN', to: message.to, by: message.by, reason: message.reason, facts };
  }
}

function base(message: InboxMessage) {
  return { eventId: message.eventId, offset: message.offset, leadId: message.leadId, occurredAt: message.occurredAt };
}

class BatchLeads {
  readonly #options: PrepareOptions;
  readonly #peeked: PeekResult;
  readonly #contexts = new Map<LeadId, Buffer>();
  readonly #submitted = new Set<LeadId>();
  readonly #walked = new Map<LeadId, Walked>();

  constructor(peeked: PeekResult, options: PrepareOptions) {
    this.#options = options;
    this.#peeked = peeked;
    for (const [leadId, stored] of peeked.contexts) this.#contexts.set(leadId, options.wire.fromStored(stored));
  }

  /** False: the lead was known before. */
  submit(leadId: LeadId, context: Buffer): boolean {
    if (this.#contexts.has(leadId)) return false;
    this.#contexts.set(leadId, context);
    this.#submitted.add(leadId);
    return true;
  }

  hear(message: Message<'ACTIVITY'>, inputIndex: number): void {
    const lead = this.#walk(message.leadId);
    if (lead === null) return;
    if (message.activity === 'QUALIFIED') lead.isQualified = true;
    const { eventId, occurredAt, activity, agentId, reason, isHumanResponse, detail } = message;
    const { system, answers, attributes, person } = detail;
    const reported = { eventId, occurredAt, activity, system, agentId, reason, isHumanResponse, answers, attributes, person };
    const event = eventOf(reported);
    lead.data = learn(lead.data, reported);
    if (message.bringsData || isAlwaysKept(activity)) lead.data = { ...lead.data, history: remember(lead.data.history, event) };
    else lead.heard.push({ inputIndex, event });
  }

  /** With all that is known by now; null: nobody submitted such a lead. */
  evaluate(leadId: LeadId): EvaluatedLead | null {
    const lead = this.#walk(leadId);
    if (lead === null) return null;
    const { ruleSet, hashIdentity, now } = this.#options;
    const { history, ...data } = lead.data;
    lead.found = evaluateLead(ruleSet, { ...data, isQualified: lead.isQualified, hashIdentity, since: { history, now } });
    return lead.found;
  }

  contextsAfter(ignored: ReadonlySet<number>): BatchContexts {
    const all = new Map(this.#contexts);
    const changed = new Map<LeadId, Buffer>();
    for (const leadId of this.#submitted) changed.set(leadId, all.get(leadId) ?? Buffer.alloc(0));
    for (const [leadId, lead] of this.#walked) {
      if (lead.found === null) continue;
      const context = this.#encode(lead, lead.found, ignored);
      all.set(leadId, context);
      changed.set(leadId, context);
    }
    return { all, changed };
  }

  #encode(lead: Walked, { facts: _, ...findings }: EvaluatedLead, ignored: ReadonlySet<number>): Buffer {
    let { history } = lead.data;
    for (const { inputIndex, event } of lead.heard) if (!ignored.has(inputIndex)) history = remember(history, event);
    const { wire } = this.#options;
    if (lead.data === lead.before && history === lead.before.history) return wire.replaceFindings(lead.context, findings);
    return wire.replaceContent(lead.context, { ...lead.data, history, ...findings });
  }

  #walk(leadId: LeadId): Walked | null {
    const known = this.#walked.get(leadId);
    if (known !== undefined) return known;
    const context = this.#contexts.get(leadId);
    if (context === undefined) return null;
    const data = this.#options.wire.readContext(context);
    const isQualified = this.#peeked.leads.get(leadId)?.isQualified ?? false;
    const lead: Walked = { context, before: data, data, isQualified, found: null, heard: [] };
    this.#walked.set(leadId, lead);
    return lead;
  }
}
