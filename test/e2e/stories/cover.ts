/**
 * Somebody goes on leave and comes back. Meanwhile the cover has the share and the customers beside its own; afterwards new leads of those
 * customers go to their own agent again, who is not flooded: the credit in the ledger has rested. A day of leave is a calendar day, so it begins
 * and ends here with a rule set.
 */
import { cliJson } from '@lead-router/cli/run-cli.test-support.ts';
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../scenario.ts';
import { countsByTopic, ownersByTopic } from './owners-by-topic.ts';

/** Three for each of three equal members. */
const ROUND = 9;
const SHARE = 3;

const coverRules = (leave: string): string => `
name: cover
scoring:
  grades: [{ grade: HOT }]
rules: [{ id: everybody, when: "true", to: customers }]
lastResort: chiefs
destinations: [{ id: sales, kind: SALES }]
pools:
  - { id: customers, destination: sales, owner: person, agents: [{ id: ann, leave: [${leave}] }, { id: bob }, { id: cid }] }
  - { id: chiefs, destination: sales, acceptWithin: 1d, agents: [{ id: chief }] }
`;
const AT_WORK = coverRules('');
const ON_LEAVE = coverRules('{ from: 2020-01-01, to: 2100-01-01, cover: bob }');
const BACK = coverRules('{ from: 2020-01-01, to: 2020-01-15, cover: bob }');

const MEMBERS = ['ann', 'bob', 'cid'];

export function coverStory(scenario: () => Scenario): void {
  let sent = 0;
  const submit = async (emails: readonly (string | null)[]): Promise<readonly string[]> => {
    const leads = emails.map((email) => {
      const vendorReference = `cover-${sent++}`;
      return { vendorReference, person: { email: email ?? emailOf(vendorReference) } };
    });
    await scenario().submit(leads);
    return leads.map(({ vendorReference }) => vendorReference);
  };
  const newPeople = (count: number) => submit(Array.from({ length: count }, () => null));
  const ownersOf = (references: readonly string[]) => ownersByTopic(scenario(), references);
  /** In the order of the members. */
  const countsOf = async (references: readonly string[]): Promise<readonly number[]> => {
    const counts = await countsByTopic(scenario(), references);
    return MEMBERS.map((agentId) => counts[agentId] ?? 0);
  };
  const winAll = async (references: readonly string[]): Promise<void> => {
    await Promise.all(references.map((reference) => scenario().act(reference, 'WON')));
    await Promise.all(references.map((reference) => scenario().lead(reference, ({ stage }) => stage === 'CLOSED')));
  };
  const explain = (reference: string) => cliJson(['explain', scenario().leadId(reference)], scenario().system.infrastructure.env);
  /** What ann is owed, as the explanation of a decision has it. */
  const creditOfAnn = async (reference: string, when: 'credit' | 'creditAfter'): Promise<number> => {
    const { json } = await explain(reference);
    const ann = JSON.stringify(json).match(/\{"agentId":"ann".*?"credit":(?<credit>[-\d.e]+),"creditAfter":(?<creditAfter>[-\d.e]+)/);
    return Number(ann?.groups?.[when] ?? Number.NaN);
  };

  describe('somebody goes on leave and comes back', () => {
    const customers: string[] = [];
    let credit = Number.NaN;

    test('before that, everybody has a third and their own customers', async () => {
      await scenario().flip(AT_WORK);
      const people = await newPeople(ROUND);
      expect(await countsOf(people)).toEqual([SHARE, SHARE, SHARE]);
      const owners = await ownersOf(people);
      const hers = people.filter((_, at) => owners[at] === 'ann');
      customers.push(...hers.map(emailOf));
      await winAll(hers);
      const [last = ''] = await newPeople(1);
      await ownersOf([last]);
      credit = await creditOfAnn(last, 'creditAfter');
      // She is owed a third of that lead, or has had it: nobody could mistake her credit for a fresh one.
      expect(Math.abs(credit)).toBeGreaterThan(0.3);
    });

    test('meanwhile the cover has her share beside its own, and all her customers', async () => {
      await scenario().flip(ON_LEAVE);
      const [ann, bob = 0] = await countsOf(await newPeople(ROUND));
      expect(ann).toBe(0);
      expect(Math.abs(bob - 2 * SHARE)).toBeLessThanOrEqual(1);
      const known = await submit(customers);
      // By weight alone every third would go to cid.
      expect(await countsOf(known)).toEqual([0, customers.length, 0]);
      const [reference = ''] = known;
      expect(await explain(reference)).toHaveProperty(
        'json.lines',
        expect.arrayContaining([expect.stringContaining('ann: on leave, bob stands in.')]),
      );
      expect(await creditOfAnn(reference, 'credit')).toBe(credit);
      await winAll(known);
    });

    test('on her return she has her customers again and a third of the others: no flood, since her credit has rested', async () => {
      await scenario().flip(BACK);
      const [first = ''] = await newPeople(1);
      await ownersOf([first]);
      expect(await creditOfAnn(first, 'credit')).toBe(credit);
      const [ann = 0] = await countsOf([first, ...(await newPeople(ROUND - 1))]);
      expect(Math.abs(ann - SHARE)).toBeLessThanOrEqual(1);
      expect(await countsOf(await submit(customers))).toEqual([customers.length, 0, 0]);
    });
  });
}

function emailOf(reference: string): string {
  return `${reference}@cover.example`;
}
