/** What a rule set may say of costs and returns, and how it is told what it may not. */
import { describe, expect, it } from 'vitest';
import { compileRuleSet } from '../compile-rule-set.ts';

const compile = (destination: string, rule = 'to: [team, shop], choose: margin', web = 'value: 10') =>
  compileRuleSet({
    source: `
name: small
scoring: { grades: [{ grade: HOT }] }
rules: [{ id: earn, when: "true", ${rule} }]
lastResort: chiefs
destinations:
  - { id: sales, kind: SALES, ${destination} }
  - { id: web, kind: WEB, ${web} }
  - { id: board, kind: SALES }
pools:
  - { id: team, destination: sales, agents: [{ id: ann }] }
  - { id: shop, destination: web, agents: [{ id: mailbox }] }
  - { id: second, destination: sales, agents: [{ id: bob }] }
  - { id: chiefs, destination: board, acceptWithin: 1d, agents: [{ id: chief }] }
`,
    tables: new Map(),
    hash: () => 'digest',
  });

const economicsOf = (destination: string) => {
  const result = compile(destination);
  if (!result.ok) throw new Error(JSON.stringify(result.faults));
  return result.ruleSet.destinations.get('sales')?.economics;
};

const faultsOf = (...parts: Parameters<typeof compile>): readonly string[] => {
  const result = compile(...parts);
  return result.ok ? [] : result.faults.map(({ path, message }) => `${path}: ${message}`);
};

describe('what a destination brings and costs', () => {
  it('is read in full', () => {
    const said = 'cost: 4, handlingTime: 90m, hourCost: 40, value: { HOT: 500, LOW_POTENTIAL: 20 }, minShare: 0.1';
    expect(economicsOf(`${said}, conversion: { on: QUALIFIED, expected: 0.25, strength: 12 }`)).toEqual({
      revenue: { kind: 'VALUE', byGrade: { HOT: 500, LOW_POTENTIAL: 20 } },
      cost: 4,
      handlingMs: 5_400_000,
      hourCost: 40,
      minShare: 0.1,
      prior: { rate: 0.25, strength: 12 },
      convertsOn: 'QUALIFIED',
    });
  });

  it('has little to say where little is said', () => {
    expect(economicsOf('payout: 5')).toMatchObject({
      revenue: {
        kind: 'PAYOUT',
        byGrade: { HOT: 5, HIGH_POTENTIAL: 5, NEED_INFORMATION: 5, LOW_POTENTIAL: 5, PARTNER_OPPORTUNITY: 5, NEED_NURTURING: 5 },
      },
      cost: 0,
      handlingMs: 0,
      minShare: 0,
      prior: { rate: 0.1, strength: 8 },
      convertsOn: 'WON',
    });
  });

  it.each([
    ['cost: 3', 'destinations[0]: what it costs is said, but not what it brings: give it "value" (of a conversion) or "payout" (a lead)'],
    ['value: 5, payout: 3', 'destinations[0].payout: either "value" (of a conversion) or "payout" (paid for each lead given), not both'],
    ['value: -1', 'destinations[0].value: expected a number from 0 to 1000000000, found "-1"'],
    ['value: { HOTT: 1 }', 'destinations[0].value.HOTT: "HOTT" is not a grade: did you mean "HOT"?'],
    [
      'value: 1, handlingTime: 5m',
      'destinations[0].handlingTime: handling time costs nothing without "hourCost", the cost of an hour of it',
    ],
    ['value: 1, hourCost: 5', 'destinations[0].hourCost: "hourCost" needs "handlingTime", the work on one lead'],
    ['value: 1, minShare: 2', 'destinations[0].minShare: expected a number from 0 to 1, found "2"'],
    [
      'payout: 1, conversion: { on: WON }',
      'destinations[0].conversion: a destination that pays for each lead is not weighed by its conversion: leave it out, or give it "value"',
    ],
    ['value: 1, conversion: { on: LOST }', 'destinations[0].conversion.on: "LOST" is not one of WON, QUALIFIED'],
    ['value: 1, conversion: { expected: 1 }', 'destinations[0].conversion.expected: expected a number from 0.0001 to 0.9999, found "1"'],
    ['value: 1, payOut: 2', 'destinations[0].payOut: unknown key "payOut": did you mean "payout"?'],
  ])('names what is wrong with %s', (destination, fault) => {
    expect(faultsOf(destination)).toEqual([fault]);
  });
});

describe('a rule that chooses by margin', () => {
  it('needs destinations whose margin can be known and told apart', () => {
    expect(faultsOf('name: Sales')).toEqual([
      'rules[0].choose: destination "sales" of pool "team" has neither "value" nor "payout": its margin is not known',
    ]);
    expect(faultsOf('value: 1', 'to: [team, second], choose: margin')).toEqual([
      'rules[0].choose: pools "team" and "second" are both of destination "sales": margin cannot tell them apart',
    ]);
    expect(faultsOf('value: 1, minShare: 0.7', undefined, 'value: 1, minShare: 0.6')).toEqual([
      'rules[0].choose: the "minShare" of its destinations add up to 1.3, more than all leads',
    ]);
    expect(faultsOf('name: Sales', 'to: [team, shop]')).toEqual([]);
  });
});
