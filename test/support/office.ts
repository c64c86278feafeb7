/**
 * A decision world with the office around it, for stories over real rules: does what the router does beside the decision, keeps what is
 * learned of each lead, and evaluates it again. Only wire and store are left out.
 */
import { evaluateLead } from '@lead-router/domain/evaluate-lead.ts';
import type { Lead, Person } from '@lead-router/domain/lead.ts';
import { eventOf, type LeadData, learn, type ReportedActivity, remember } from '@lead-router/domain/lead-history.ts';
import type { ActivityKind, DecisionCause } from '@lead-router/domain/routing-model.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { leadId, World } from '@lead-router/testkit/builders/decision-world.ts';
import { leadFor, personFor } from './example-leads.ts';

export class Office {
  readonly world: World;
  readonly #data = new Map<string, LeadData>();
  #reports = 0;

  constructor(options: { readonly ruleSet: RuleSet; readonly now: number }) {
    this.world = new World(options);
  }

  /** By mail address, or with all that is known of the person. Who has a mail address is known by it. */
  submit(name: string, known: Partial<Lead> = {}, by: string | Partial<Person> = `${name}@example.com`): this {
    const person = personFor(typeof by === 'string' ? { email: by } : by);
    this.#data.set(name, { lead: leadFor(known), person, isSealed: false, history: [] });
    this.world.submit(name, this.#facts(name, false), person.email === null ? [] : [person.email]).drain();
    return this;
  }

  report(name: string, activity: ActivityKind, said: Partial<ReportedActivity> = {}): this {
    const owner = this.world.leads.get(leadId(name))?.agentId ?? null;
    const { now } = this.world;
    const reported: ReportedActivity = {
      ...{ eventId: String(this.#reports++), activity, occurredAt: now, system: 'crm', agentId: owner, reason: null },
      ...{ isHumanResponse: true, answers: null, attributes: {}, person: null },
      ...said,
    };
    const data = this.data(name);
    this.#data.set(name, { ...learn(data, reported), history: remember(data.history, eventOf(reported)) });
    const { agentId, occurredAt, isHumanResponse } = reported;
    const learned = this.#facts(name, this.world.lead(name).isQualified || activity === 'QUALIFIED');
    this.world.act(name, activity, { agentId, occurredAt, isHumanResponse, learned }).drain();
    return this;
  }

  pass(ms: number): this {
    this.world.now += ms;
    this.world.drain();
    return this;
  }

  data(name: string): LeadData {
    const data = this.#data.get(name);
    if (data === undefined) throw new Error(`${name} was not submitted`);
    return data;
  }

  /** Its way: why and where to. */
  way(name: string): readonly string[] {
    return this.world.effects.flatMap((effect) => {
      if (effect.kind === 'STATE') return [];
      if (effect.kind === 'SLA') return effect.sla.lead.leadId === name ? [effect.sla.kind] : [];
      const { lead, cause } = effect.decision;
      return lead.leadId === name ? [`${cause satisfies DecisionCause}: ${lead.poolId}`] : [];
    });
  }

  #facts(name: string, isQualified: boolean) {
    const { history, ...data } = this.data(name);
    const since = { history, now: this.world.now };
    return evaluateLead(this.world.ruleSet, { ...data, isQualified, hashIdentity: (text) => text, since }).facts;
  }
}
