/** Scenario 10: no rule matches. The final decision maker has the lead, with a clock; a person can assign it by hand, and the reason is kept. */
import { cliJson } from '@lead-router/cli/run-cli.test-support.ts';
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../scenario.ts';
import { ACCEPT_SECONDS } from './capacity-rules.ts';

const REASON = 'met them at the fair, wants Hanna';
const BY = 'helen';

export function nobodyStory(scenario: () => Scenario): void {
  describe('scenario 10: no rule matches', () => {
    const reference = 'for-nobody';

    test('the final decision makers have it, with a clock that takes it from one to the next', async () => {
      await scenario().submit([{ vendorReference: reference, person: { email: 'nobody@example.org' } }]);
      const first = await scenario().lead(reference);
      expect(first).toMatchObject({ stage: 'EXCEPTION', ruleId: 'last-resort', poolId: 'chiefs', timer: { kind: 'ACCEPT' } });
      expect(first.timer?.dueAt).toBe(first.decidedAt + ACCEPT_SECONDS * 1_000);
      const second = await scenario().lead(reference, ({ revision }) => revision === 2);
      expect([first.agentId, second.agentId].sort()).toEqual(['chief', 'deputy']);
      expect(second).toMatchObject({ stage: 'EXCEPTION', formerAgents: [first.agentId] });
      await scenario().act(reference, 'ACCEPTED');
      expect(await scenario().lead(reference, ({ acceptedAt }) => acceptedAt !== null)).toMatchObject({ timer: null, revision: 2 });
    });

    test('a person finds it, assigns it by hand, and the reason is kept with the lead', async () => {
      const { infrastructure } = scenario().system;
      const leadId = scenario().leadId(reference);
      const listed = await cliJson(['exceptions'], infrastructure.env);
      expect(listed).toMatchObject({ code: 0, json: { exceptions: [{ leadId, poolId: 'chiefs' }] } });
      // Over hours, too: the hall is closed.
      const args = ['reassign', leadId, '--to', 'hall/hanna', '--reason', REASON, '--by', BY];
      expect(await cliJson(args, infrastructure.env)).toMatchObject({ code: 0, json: { kind: 'DECIDED', reason: REASON } });
      expect(await scenario().lead(reference)).toMatchObject({ stage: 'ASSIGNED', poolId: 'hall', agentId: 'hanna' });
      const story = await cliJson(['lead', leadId], infrastructure.env);
      expect(story).toMatchObject({ code: 0, json: { lead: { agentId: 'hanna' } } });
      expect(story).toHaveProperty(
        'json.activities',
        expect.arrayContaining([expect.objectContaining({ activity: 'REASSIGN', by: BY, reason: REASON, to: 'hall/hanna' })]),
      );
      expect(await cliJson(['exceptions'], infrastructure.env)).toMatchObject({ json: { exceptions: [] } });
    });
  });
}
