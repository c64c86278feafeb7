/** Offers of the sample are answered the same everywhere, in shares that show each way an offer can go under the sample's rules. */
import { asLeadId } from '@lead-router/contracts/ids.ts';
import { parseActivity } from '@lead-router/contracts/parse-activity.ts';
import { parseSubmission } from '@lead-router/contracts/parse-submission.ts';
import { evaluateLead } from '@lead-router/domain/evaluate-lead.ts';
import type { LeadPlace } from '@lead-router/store/lead-places.ts';
import { expect, test } from 'vitest';
import { Office } from '../../../../test/support/office.ts';
import { sampleRuleSet } from '../../../../test/support/sample-rule-set.ts';
import { reachable } from '../../../../test/support/scenario-leads.ts';
import { activitiesFor, SAMPLE_SYSTEM } from './sample-activities.ts';
import { sampleLeads } from './sample-leads.ts';
import { wantsToSell } from './sample-offers.ts';

const NOW = Date.UTC(2026, 2, 2, 14);
const ROUND_MS = 15_000;
const ruleSet = sampleRuleSet();
const place: LeadPlace = {
  ...{ leadId: asLeadId('3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23'), stage: 'OFFERED', grade: 'PARTNER_OPPORTUNITY', agentId: null },
  ...{ poolId: 'partner-desk', destinationId: 'partners', offeredTo: ['partner-north', 'partner-south'] },
};
const stories = Array.from({ length: 2_000 }, (_, index) => activitiesFor(place, { index, now: NOW }));
const shareOf = (isCounted: (story: (typeof stories)[number]) => boolean): number => stories.filter(isCounted).length / stories.length;
const accepts = (story: (typeof stories)[number]): number => story.filter(({ activity }) => activity === 'ACCEPTED').length;

test('who wants to sell is known by channel or words: all whom the rules give to the partners, and few others', () => {
  let [partners, missed, others] = [0, 0, 0];
  for (const lead of sampleLeads({ count: 4_000, repeats: 0, malformed: 0 })) {
    const said: unknown = lead.door === 'http' ? JSON.parse(lead.text) : lead.kind === 'intake' ? lead.intake : null;
    const read = parseSubmission(said, { vendor: lead.vendor });
    if (!read.ok) continue;
    const { facts } = evaluateLead(ruleSet, { ...read.submission, isQualified: false, hashIdentity: (text) => text });
    const isPartners = ruleSet.matchRule(facts).rule.to === 'partner-desk';
    partners += isPartners ? 1 : 0;
    missed += isPartners && !wantsToSell(said) ? 1 : 0;
    others += !isPartners && wantsToSell(said) ? 1 : 0;
  }
  expect(missed).toBe(0);
  expect(partners).toBeGreaterThan(80);
  expect(others).toBeLessThan(partners);
});

test('most offers are accepted by one, some by two, and some are left', () => {
  expect(shareOf((story) => accepts(story) === 1)).toBeGreaterThan(0.5);
  expect(shareOf((story) => accepts(story) === 2)).toBeGreaterThan(0.25);
  expect(shareOf((story) => story.some(({ activity }) => activity === 'DECLINED'))).toBeGreaterThan(0.07);
  expect(shareOf((story) => story.length === 0)).toBeGreaterThan(0.12);
  for (const story of stories) expect(story.map((activity) => parseActivity(activity, SAMPLE_SYSTEM).ok)).not.toContain(false);
});

test('where only one is asked, that one accepts or nobody does', () => {
  for (let index = 0; index < 200; index++) {
    const story = activitiesFor({ ...place, offeredTo: ['partner-online'] }, { index, now: NOW });
    expect(new Set(story.map(({ agentId }) => agentId)).size).toBeLessThan(2);
    expect(story.map(({ activity }) => activity)).not.toContain('DECLINED');
  }
});

test('under the sample rules the first to accept has it, the second comes too late, and what is left goes to whose turn it is', () => {
  const office = new Office({ ruleSet, now: NOW });
  const ways = new Set<string>();
  for (let index = 0; index < 60; index++) {
    const name = `lead-${index}`;
    office.submit(name, { channel: 'partner' }, reachable(name));
    const { poolId, stage, offer } = office.world.lead(name);
    expect({ poolId, stage }).toEqual({ poolId: 'partner-desk', stage: 'OFFERED' });
    const asked = offer?.offeredTo ?? [];
    expect(asked).toHaveLength(2);
    const story = activitiesFor({ ...place, offeredTo: asked }, { index, now: office.world.now });
    for (const { activity, agentId } of story) {
      if (activity === 'UNKNOWN') throw new Error('of a newer writer');
      office.report(name, activity, { agentId });
    }
    office.pass(ROUND_MS).pass(ROUND_MS);
    const lead = office.world.lead(name);
    expect(lead.stage).toBe('ASSIGNED');
    const winner = story.find(({ activity }) => activity === 'ACCEPTED')?.agentId ?? null;
    if (winner !== null) expect(lead.agentId).toBe(winner);
    ways.add(office.way(name).join(', '));
  }
  expect([...ways].sort()).toEqual([
    'SUBMITTED: partner-desk, CLAIMED: partner-desk',
    'SUBMITTED: partner-desk, OFFER_EXPIRED: partner-desk, OFFER_EXPIRED: partner-desk',
  ]);
  expect(office.world.ignored.filter((reason) => reason === 'OFFER_TAKEN').length).toBeGreaterThan(10);
});
