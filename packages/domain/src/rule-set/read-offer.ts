/** The `offer` part of a pool: how many agents are asked at once, for how long, how often, and what comes of a lead that none of them takes. */
import { DEFAULT_OFFER, type OfferPolicy, type Unclaimed } from '../lead-offer.ts';
import { AGENT_PRESETS, type AgentStrategy } from '../strategies/strategy-names.ts';
import { type Fields, fieldsOf, numberOf, oneOf, type RuleSetDocument, report } from './document.ts';
import { durationOf } from './duration.ts';

const AGENTS = { min: 1, max: 100, integer: true } as const;
const ROUNDS = { min: 1, max: 100, integer: true } as const;
const UNCLAIMED = ['wait', 'overflow', 'next-rule', 'exception', 'assign'] as const;
const UNCLAIMED_OF: Readonly<Record<(typeof UNCLAIMED)[number], Unclaimed>> = {
  wait: 'WAIT',
  overflow: 'OVERFLOW',
  'next-rule': 'NEXT_RULE',
  exception: 'EXCEPTION',
  assign: 'ASSIGN',
};

/** Of a pool; null: its leads are given, not offered. What is not said is as in `DEFAULT_OFFER`. */
export function readOffer(document: RuleSetDocument, pool: Fields, strategy: AgentStrategy | null): OfferPolicy | null {
  const place = pool.get('offer');
  if (place === null && strategy !== AGENT_PRESETS.claim) return null;
  const fields = place === null ? null : fieldsOf(document, place, { optional: ['agents', 'within', 'time', 'rounds', 'unclaimed'] });
  const time = oneOf(document, fields?.get('time') ?? null, ['business', 'wall']);
  const unclaimed = oneOf(document, fields?.get('unclaimed') ?? null, UNCLAIMED);
  const overflowTo = pool.get('overflowTo');
  const at = fields?.get('unclaimed') ?? pool.place;
  if (unclaimed === 'overflow' && overflowTo === null)
    report(document, at, { message: 'unclaimed is "overflow": say where to, with "overflowTo"' });
  if (unclaimed === 'wait' && pool.get('maxWait') === null)
    report(document, at, { message: 'unclaimed is "wait": say how long at most, with "maxWait", so that nobody is forgotten' });
  return {
    agents: numberOf(document, fields?.get('agents') ?? null, AGENTS) ?? DEFAULT_OFFER.agents,
    withinMs: durationOf(document, fields?.get('within') ?? null) ?? DEFAULT_OFFER.withinMs,
    time: time === null ? DEFAULT_OFFER.time : time === 'wall' ? 'WALL' : 'BUSINESS',
    rounds: numberOf(document, fields?.get('rounds') ?? null, ROUNDS) ?? DEFAULT_OFFER.rounds,
    unclaimed: unclaimed === null ? (overflowTo === null ? 'EXCEPTION' : 'OVERFLOW') : UNCLAIMED_OF[unclaimed],
  };
}
