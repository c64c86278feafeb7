import { describe, expect, it } from 'vitest';
import { compiled } from './lint.test-support.ts';

const DESTINATIONS = 'destinations: [{ id: sales, kind: SALES, webhook: { url: https://crm.example.com, secretEnv: SECRET } }]';
const ANN = '{ id: ann, skills: { language: { en: 5, de: 1 }, certified: hipaa } }';
const BOB = '{ id: bob, skills: { language: { de: 4 } } }';

/** One rule to the pool `team`, beside the last resort. */
function lint(given: { readonly agents: string; readonly pool?: string; readonly rule?: string; readonly more?: string }) {
  const { agents, pool = '', rule = '', more = '' } = given;
  const made = compiled({
    conditions: [],
    parts: [
      `rules: [{ id: r0, when: lead.isQualified, to: ${more === '' ? 'team' : '[team, spare]'}${rule} }]`,
      DESTINATIONS,
      `pools: [{ id: last, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }, { id: team, destination: sales, agents: [${agents}]${pool} }${more}]`,
      'lastResort: last',
    ],
  });
  return made.lint(0).map(({ kind, severity, about, path, message }) => ({ told: `${severity} ${kind} ${about} ${path}`, message }));
}

const required = (skills: string): string => `, skills: { required: [${skills}] }`;

describe('skills that nobody has', () => {
  it('are an error where every lead of the pool asks for them', () => {
    expect(lint({ agents: `${ANN}, ${BOB}`, pool: required('certified:iso') })).toEqual([
      {
        told: 'ERROR SKILL_NOBODY_HAS team pools[1].skills',
        message:
          'pool "team" requires what none of its agents has: no skill in certified iso, so no lead gets an agent; give an agent the skill, or leave it out of "required"',
      },
    ]);
  });

  it('are found where each agent lacks another one', () => {
    expect(lint({ agents: `${ANN}, ${BOB}`, pool: required('certified:hipaa, { skill: "language:de", level: 3 }') })).toMatchObject([
      { message: expect.stringContaining('no skill of level 3 in language de, or no skill in certified hipaa, so no lead gets an agent') },
    ]);
  });

  it.each([
    ['one agent has all of them', { agents: `${ANN}, ${BOB}`, pool: required('certified:hipaa, "language:de"') }],
    ['they are preferred', { agents: BOB, pool: ', skills: { preferred: [certified:iso] }' }],
    ['leads ask for a kind that somebody knows', { agents: `${ANN}, ${BOB}`, pool: required('{ skill: language, level: 5 }') }],
    ['the strategy does not filter', { agents: BOB, pool: `, strategy: { filter: [], rank: best-fit }${required('certified:iso')}` }],
    ['a rule asks and somebody has it', { agents: ANN, rule: required('certified:hipaa') }],
  ])('are not found where %s', (_what, given) => {
    expect(lint(given)).toEqual([]);
  });

  it('are a warning where only leads that say something ask for them', () => {
    expect(lint({ agents: BOB, pool: required('{ skill: language, level: 5 }') })).toMatchObject([
      {
        told: 'WARNING SKILL_NOBODY_HAS team pools[1].skills',
        message: expect.stringContaining('no skill of level 5 in any language, so no lead that says its language gets an agent'),
      },
    ]);
  });

  it('are not those of agents who are inactive', () => {
    expect(
      lint({ agents: `${ANN.replace('id: ann', 'id: ann, active: false')}, ${BOB}`, pool: required('certified:hipaa') }),
    ).toMatchObject([{ told: 'ERROR SKILL_NOBODY_HAS team pools[1].skills' }]);
  });

  it('are told at the rule that asks, together with what the pool asks', () => {
    expect(
      lint({ agents: `${ANN}, ${BOB}`, pool: required('certified:hipaa'), rule: required('{ skill: "language:de", level: 4 }') }),
    ).toMatchObject([
      {
        told: 'ERROR SKILL_NOBODY_HAS r0 rules[0].skills',
        message: expect.stringContaining('rule "r0" requires what nobody in pool "team" has: '),
      },
    ]);
  });

  it('are a warning of a rule that has another pool', () => {
    const more = `, { id: spare, destination: sales, agents: [${ANN}] }`;
    expect(lint({ agents: BOB, more, rule: required('certified:hipaa') })).toMatchObject([
      { told: 'WARNING SKILL_NOBODY_HAS r0 rules[0].skills', message: expect.stringContaining('only its other pools take such leads') },
    ]);
  });

  it('are told once, at the pool that has none of its own', () => {
    expect(lint({ agents: BOB, pool: required('certified:iso'), rule: required('certified:hipaa') }).map(({ told }) => told)).toEqual([
      'ERROR SKILL_NOBODY_HAS team pools[1].skills',
    ]);
  });
});
