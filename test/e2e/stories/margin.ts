/**
 * Scenario 13: a margin strategy fed with outcomes moves traffic to the destination that earns more, within caps and rules, and says why.
 * The business thinks that the web converts as well as the call center and costs less; in truth it converts one in twenty.
 */
import { cliJson } from '@lead-router/cli/run-cli.test-support.ts';
import { runAnalytic } from '@lead-router/store/analytic-query.ts';
import { statement } from '@lead-router/store/statement.ts';
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../scenario.ts';

const PARTNER_CAP = 5;
const READ_COUNTS = statement('conversions-read-all', 'SELECT cell, outcomes, conversions FROM conversions ORDER BY cell');

export const MARGIN_RULES = `
name: margin
scoring:
  grades: [{ grade: HOT }]
rules:
  - { id: asked-for-the-web, when: lead.attributes.for == "web", to: shop }
  - { id: earn, when: "true", to: [callers, shop, resellers], choose: margin }
lastResort: chiefs
destinations:
  - { id: call-center, kind: CALL_CENTER, value: 100, cost: 2, handlingTime: 15m, hourCost: 24, conversion: { expected: 0.3, strength: 4 } }
  - { id: web, kind: WEB, value: 100, cost: 1, conversion: { expected: 0.3, strength: 4 } }
  - { id: partner, kind: PARTNER, payout: 500, caps: { open: ${PARTNER_CAP} } }
  - { id: board, kind: SALES }
pools:
  - { id: callers, destination: call-center, agents: [{ id: cora }, { id: carl }] }
  - { id: shop, destination: web, agents: [{ id: shop-desk }] }
  - { id: resellers, destination: partner, agents: [{ id: northern }] }
  - { id: chiefs, destination: board, acceptWithin: 1d, agents: [{ id: chief }] }
`;

/** Of twenty leads so many are won there. */
const WON_OF_TWENTY: Readonly<Record<string, number>> = { 'call-center': 12, web: 1 };

export function marginStory(scenario: () => Scenario): void {
  const submitted: string[] = [];
  const turns: Record<string, number> = {};
  const places = (references: readonly string[]) => Promise.all(references.map(async (one) => (await scenario().lead(one)).destinationId));
  const submit = async (leads: number): Promise<readonly string[]> => {
    const references = Array.from({ length: leads }, (_, index) => `margin-${submitted.length + index}`);
    submitted.push(...references);
    await scenario().submit(references.map((vendorReference) => ({ vendorReference })));
    return references;
  };
  /** In turn, so that a destination converts just as often as it is said to. */
  const report = async (references: readonly string[]): Promise<void> => {
    const destinations = await places(references);
    const reports = references.flatMap((reference, index) => {
      const destinationId = destinations[index] ?? '';
      const wonOfTwenty = WON_OF_TWENTY[destinationId];
      if (wonOfTwenty === undefined) return [];
      const turn = turns[destinationId] ?? 0;
      turns[destinationId] = turn + 1;
      return [{ reference, activity: (turn * 7) % 20 < wonOfTwenty ? ('WON' as const) : ('LOST' as const) }];
    });
    await Promise.all(reports.map(({ reference, activity }) => scenario().act(reference, activity)));
    await Promise.all(reports.map(({ reference }) => scenario().lead(reference, ({ stage }) => stage === 'CLOSED')));
  };
  const shareOf = (destinations: readonly (string | null)[], destinationId: string): number =>
    destinations.filter((one) => one === destinationId).length / destinations.length;

  describe('scenario 13: margin', () => {
    test('moves traffic to the destination that earns more, as outcomes come in', async () => {
      const first = await submit(40);
      await report(first);
      for (let round = 0; round < 3; round++) await report(await submit(40));
      const later = await submit(100);
      const destinations = await places(later);
      expect(shareOf(destinations, 'call-center')).toBeGreaterThan(0.85);
      expect(shareOf(destinations, 'call-center')).toBeGreaterThan(shareOf(await places(first), 'call-center'));
    });

    test('keeps within caps and rules', async () => {
      const destinations = await places(submitted);
      expect(destinations.filter((one) => one === 'partner')).toHaveLength(PARTNER_CAP);
      await scenario().submit([{ vendorReference: 'asked', attributes: { for: 'web' } }]);
      expect(await scenario().lead('asked')).toMatchObject({ destinationId: 'web', ruleId: 'asked-for-the-web' });
    });

    test('counts each outcome once, where the lead was given', async () => {
      // Written with the outcome's batch, so there as soon as the lead is closed.
      const counted = await runAnalytic(scenario().system.pool, READ_COUNTS, []);
      const rows = Object.entries(turns).flatMap(([destinationId, outcomes]) => {
        const conversions = Array.from({ length: outcomes }, (_, turn) => turn).filter(
          (turn) => (turn * 7) % 20 < (WON_OF_TWENTY[destinationId] ?? 0),
        );
        return ['', '/HOT', '/HOT/'].map((rest) => ({ cell: `${destinationId}${rest}`, outcomes, conversions: conversions.length }));
      });
      expect(counted).toEqual(rows.sort((a, b) => (a.cell < b.cell ? -1 : 1)));
    });

    test('says why, with what it believed, drew and weighed, and decides the same again from the record', async () => {
      const { infrastructure } = scenario().system;
      const leadId = scenario().leadId(submitted.at(-1) ?? '');
      const explained = await cliJson(['explain', leadId], infrastructure.env);
      expect(explained).toMatchObject({
        code: 0,
        json: { lines: expect.arrayContaining([expect.stringContaining('believed to convert')]) },
      });
      expect(explained).toHaveProperty(
        'json.lines',
        expect.arrayContaining([expect.stringMatching(/partner: first by margin 500: it pays 500/)]),
      );
      expect(explained).toHaveProperty('json.lines', expect.arrayContaining([expect.stringMatching(/Pool resellers cannot take it now/)]));
      for (const reference of [submitted[0], submitted[60], submitted.at(-1)]) {
        expect(await cliJson(['replay', scenario().leadId(reference ?? '')], infrastructure.env)).toMatchObject({
          code: 0,
          json: { agrees: true },
        });
      }
    });
  });
}
