/** What is done with the sample's leads is the same everywhere, is what the door takes, and moves leads under the sample's rules. */
import { asLeadId } from '@lead-router/contracts/ids.ts';
import { parseActivity } from '@lead-router/contracts/parse-activity.ts';
import type { Grade } from '@lead-router/domain/lead.ts';
import type { LeadPlace } from '@lead-router/store/lead-places.ts';
import { expect, test } from 'vitest';
import { Office } from '../../../../test/support/office.ts';
import { sampleRuleSet } from '../../../../test/support/sample-rule-set.ts';
import { BUYS_SOON, NO_ANSWERS, optedIn, reachable } from '../../../../test/support/scenario-leads.ts';
import { LOCAL_SYSTEMS } from '../up/prepare-vendors.ts';
import { activitiesFor, isWorked, SAMPLE_SYSTEM } from './sample-activities.ts';

const NOW = Date.UTC(2026, 2, 2, 14);
const ruleSet = sampleRuleSet();
const pools = [...ruleSet.pools.values()];
const leadId = asLeadId('3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23');
const indices = Array.from({ length: 200 }, (_, index) => index);

const placeIn = (poolId: string, grade: Grade): LeadPlace => ({
  ...{
    leadId,
    stage: 'ASSIGNED',
    grade,
    poolId,
    destinationId: ruleSet.pools.get(poolId)?.destinationId ?? null,
    agentId: 'ann',
    offeredTo: [],
  },
});

test('a few percent are worked, always the same', () => {
  const worked = Array.from({ length: 20_000 }, (_, index) => index).filter(isWorked);
  expect(worked.length).toBeGreaterThan(1_000);
  expect(worked.length).toBeLessThan(1_400);
});

test('every activity is one that the door takes, under an id of its own, in the order of its times', () => {
  const places = pools.flatMap(({ poolId }) => [placeIn(poolId, 'HOT'), placeIn(poolId, 'NEED_INFORMATION')]);
  for (const place of places) {
    for (const index of indices) {
      const activities = activitiesFor(place, { index, now: NOW });
      expect(activities).toEqual(activitiesFor(place, { index, now: NOW }));
      expect(activities.map((activity) => parseActivity(activity, SAMPLE_SYSTEM).ok)).not.toContain(false);
      expect(new Set(activities.map(({ activityId }) => activityId)).size).toBe(activities.length);
      expect(activities.map(({ occurredAt }) => occurredAt)).toEqual(activities.map(({ occurredAt }) => occurredAt).sort((a, b) => a - b));
    }
  }
  expect(LOCAL_SYSTEMS).toContain(SAMPLE_SYSTEM);
});

test('leads that wait, have escalated or are shown being taken back are left alone', () => {
  expect(activitiesFor({ ...placeIn('weekend-callback', 'HOT'), stage: 'WAITING' }, { index: 1, now: NOW })).toEqual([]);
  expect(activitiesFor({ ...placeIn('final-decision-makers', 'HOT'), stage: 'EXCEPTION' }, { index: 1, now: NOW })).toEqual([]);
  expect(activitiesFor(placeIn('rapid-response', 'HOT'), { index: 1, now: NOW })).toEqual([]);
});

test('under the sample rules answers make Hot, engagement promotes, who declines or qualifies hands on, and some are won', () => {
  const asked = { qualification: { ...NO_ANSWERS, timeFrame: 'WITHIN_3_MONTHS' as const, budget: 150_000 } };
  const later = {
    ...optedIn,
    qualification: { ...NO_ANSWERS, timeFrame: 'LATER' as const, authority: 'DECIDES' as const, budget: 40_000 },
  };
  const ways = new Set<string>();
  for (const index of indices.slice(0, 40)) {
    for (const [name, known] of Object.entries({ asked, later, hot: { qualification: BUYS_SOON } })) {
      const office = new Office({ ruleSet, now: NOW }).submit(name, known, reachable('jo'));
      const { stage, grade, poolId, destinationId, agentId } = office.world.lead(name);
      office.pass(1_000);
      for (const activity of activitiesFor(
        { leadId, stage, grade, poolId, destinationId, agentId, offeredTo: [] },
        { index, now: office.world.now },
      )) {
        const { activity: kind, ...said } = activity;
        if (kind === 'UNKNOWN') throw new Error('of a newer writer');
        office.report(name, kind, said.answers === null ? { ...said, answers: null } : said);
      }
      ways.add(`${office.way(name).join(', ')}: ${office.world.lead(name).stage} ${office.world.lead(name).grade}`);
    }
  }
  expect([...ways]).toEqual(
    expect.arrayContaining([
      'SUBMITTED: information-desk, ANSWERED: inside-sales: ASSIGNED HOT',
      'SUBMITTED: nurture-campaigns, ENGAGED: inside-sales: ASSIGNED HOT',
      'SUBMITTED: nurture-campaigns: ASSIGNED NEED_NURTURING',
      'SUBMITTED: inside-sales, DECLINED: inside-sales: ASSIGNED HOT',
      'SUBMITTED: inside-sales: CLOSED HOT',
    ]),
  );
});
