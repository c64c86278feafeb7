/** Filter, rank and tie-break together. */
import { buildFacts } from '@lead-router/testkit/builders/test-rule-set.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mix } from '../ledger.ts';
import { scoresOf, takeBest, whyNotSuited } from './agent-strategies.ts';
import { aCandidate, anAgent, NO_QUESTION, type TestCandidate, want } from './candidate.test-support.ts';
import { skillKey } from './skills.ts';
import { AGENT_PRESETS, type AgentStrategy } from './strategy-names.ts';

const speaks = (language: string, level: number) => new Map([[skillKey('language', language), level]]);
const question = { facts: buildFacts({ language: 'es' }), wants: { required: [], preferred: [want('language')] } };
const COMPOSED: AgentStrategy = { name: 'composed', filter: [], rank: ['best-fit', 'least-loaded'], tieBreak: 'weighted' };
const take = (strategy: AgentStrategy, candidates: readonly TestCandidate[], seed = 1) =>
  takeBest(strategy, candidates, { question, seed }).agentId;

describe('a strategy', () => {
  const ann = () => aCandidate({ agentId: 'ann', skills: speaks('es', 5) }, { place: 2, open: 3 });
  const bob = () => aCandidate({ agentId: 'bob', skills: speaks('es', 5) }, { place: 1, open: 1 });
  const cid = () => aCandidate({ agentId: 'cid' }, { place: 0 });

  it.each([
    ['dedicated', AGENT_PRESETS.dedicated, 'cid'],
    ['least-loaded', AGENT_PRESETS['least-loaded'], 'cid'],
    ['best fit, then load', COMPOSED, 'bob'],
    ['load, then best fit', { ...COMPOSED, rank: ['least-loaded', 'best-fit'] } as const, 'cid'],
  ])('ranks: %s', (_name, strategy, chosen) => {
    expect(take(strategy, [ann(), bob(), cid()])).toBe(chosen);
  });

  it('leaves equals to the ledger, which books the lead among them alone', () => {
    const [one, two, three] = [ann(), bob(), cid()];
    const given = Array.from({ length: 10 }, (_value, seed) => take(AGENT_PRESETS['best-fit'], [one, two, three], mix(seed)));
    expect(given.filter((agentId) => agentId === 'ann')).toHaveLength(5);
    expect(given.filter((agentId) => agentId === 'bob')).toHaveLength(5);
    expect(three.credit).toBe(0);
    expect(one.credit + two.credit).toBe(0);
  });

  it('takes nobody whom another beats in the first ranking that tells them apart', () => {
    const candidate = fc.record({ level: fc.integer({ min: 0, max: 2 }), open: fc.nat(3), weight: fc.integer({ min: 1, max: 3 }) });
    fc.assert(
      fc.property(fc.array(candidate, { minLength: 1, maxLength: 8 }), fc.nat(), (known, seed) => {
        const all = known.map(({ level, open, weight }, place) =>
          aCandidate({ agentId: `agent-${place}`, weight, skills: speaks('es', level) }, { place, open }),
        );
        const chosen = takeBest(COMPOSED, all, { question, seed });
        const [fit = 0, load = 0] = scoresOf(COMPOSED, chosen, question).map(({ score }) => score);
        for (const other of all) {
          const [otherFit = 0, otherLoad = 0] = scoresOf(COMPOSED, other, question).map(({ score }) => score);
          expect(otherFit < fit || (otherFit === fit && otherLoad <= load)).toBe(true);
        }
      }),
    );
  });

  it('says why somebody is not suited, unless it does not filter', () => {
    const wants = { required: [want('language')], preferred: [] };
    const agent = anAgent({ agentId: 'cid' });
    expect(whyNotSuited(AGENT_PRESETS.weighted, agent, { ...question, wants })).toBe('no skill in language es');
    expect(whyNotSuited(COMPOSED, agent, { ...question, wants })).toBeNull();
    expect(whyNotSuited(AGENT_PRESETS.weighted, agent, NO_QUESTION)).toBeNull();
  });
});
