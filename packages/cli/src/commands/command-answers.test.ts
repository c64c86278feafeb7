/** What commands say, from what they have read. */
import { asLeadId } from '@lead-router/contracts/ids.ts';
import { describe, expect, it } from 'vitest';
import { aLead } from '../../../../test/contract/router-store-fixture.ts';
import { again, decide } from '../audit/audit-fixture.test-support.ts';
import { formatDeadLetters } from './dead-letters-command.ts';
import { formatStory } from './lead-command.ts';
import type { DeadLetterInfo } from './read-dead-letters.ts';
import type { LeadStory } from './read-lead-story.ts';
import { count, countList, instant, textTable } from './text-table.ts';

const LEAD_ID = asLeadId('3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23');
const AT = Date.UTC(2026, 10, 22, 12);
const LETTER: DeadLetterInfo = {
  service: 'enricher',
  step: 'decode',
  code: 'LR_CODEC_MALFORMED',
  message: 'the bytes are no LeadSubmitted',
  sourceTopic: 'lead.submitted.v1',
  sourcePartition: 2,
  sourceOffset: 17,
  sourceTimestamp: AT,
  diedAt: AT + 5,
  attempts: 1,
  leadId: LEAD_ID,
  partition: 0,
  offset: 0,
  redriveOf: null,
};

describe('the story of a lead', () => {
  const empty: LeadStory = {
    leadId: LEAD_ID,
    submission: null,
    lead: null,
    decisions: [],
    deliveries: [],
    deadLetters: [],
    activities: [],
    sla: [],
  };
  const submission = { leadId: LEAD_ID, vendor: 'acme', referenceDigest: 'r', contentDigest: 'c', source: 'http', acceptedAt: AT };

  it('is told in the order of time', () => {
    const first = aLead({ leadId: LEAD_ID, decidedAt: AT + 10 });
    const latest = again(first, {
      agentId: 'bob',
      decidedAt: AT + 60_010,
      formerAgents: ['ann'],
      breaches: [{ clock: 'ACCEPT', revision: 1, agentId: 'ann', dueAt: AT + 60_000 }],
    });
    const story = formatStory({
      ...empty,
      submission,
      lead: { ...latest, acceptedAt: AT + 70_000 },
      decisions: [decide(first).row, { ...decide(latest).row, cause: 'ACCEPT_OVERDUE', previousAgentId: 'ann', acceptBy: null }],
      deliveries: [
        {
          ...{ revision: 1, channel: 'webhook', destinationId: 'sales', agentId: 'ann', state: 'DELIVERED', attempts: 2 },
          ...{ nextAttemptAt: AT, lastError: null, receipt: '204', createdAt: AT + 20, finishedAt: AT + 900 },
        },
      ],
    });
    const [, timeline] = story.split('\n\n').slice(1);
    expect(timeline?.split('\n').map((line) => line.slice(2).replace(/^.{27} {2}/, ''))).toEqual([
      'accepted from acme by http',
      'revision 1: assigned ann in pool field of sales, because it was submitted, by rule hot-leads of version 1, to be accepted by 1970-01-01 00:00:05.000 UTC',
      'webhook to sales about revision 1: delivered, 2 attempts (204)',
      'not accepted in time by ann (revision 1)',
      'revision 2: assigned bob in pool field of sales, from ann, because its owner did not accept it in time, by rule hot-leads of version 1',
      'accepted by bob',
    ]);
    expect(story).toContain('had it    ann');
  });

  it('has what people and systems reported, and what became of promises', () => {
    const lead = aLead({
      leadId: LEAD_ID,
      decidedAt: AT + 10,
      breaches: [{ clock: 'ACCEPT', revision: 1, agentId: 'ann', dueAt: AT + 60 }],
    });
    const activity = { by: 'crm', agentId: 'ann', reason: null, isHumanResponse: true, to: null };
    const story = formatStory({
      ...empty,
      lead,
      activities: [
        { ...activity, at: AT + 2_000, activity: 'CONTACTED', isHumanResponse: false, reason: 'voicemail' },
        { ...activity, at: AT + 3_000, activity: 'REASSIGN', by: 'joe', reason: 'moved', to: 'field/bob' },
      ],
      sla: [{ at: AT + 1_000, kind: 'ACCEPT_BREACHED', revision: 1, agentId: 'ann', dueAt: AT + 60 }],
    });
    expect(story.match(/UTC {2}(.*)/g)?.map((line) => line.slice('UTC  '.length))).toEqual([
      'promise of ann (revision 1, due 2026-11-22 12:00:00.060 UTC): accept breached',
      'crm reported contacted by ann, automatically: voicemail',
      'joe said to give it to field/bob: moved',
    ]);
  });

  it('says of an undecided lead where it is', () => {
    expect(formatStory(empty)).toContain('no such lead');
    expect(formatStory({ ...empty, submission })).toContain('not decided yet');
    expect(formatStory({ ...empty, submission, deadLetters: [LETTER] })).toContain(
      'dead-lettered by enricher in step decode at 2026-11-22 12:00:00.005 UTC: the bytes are no LeadSubmitted (LR_CODEC_MALFORMED)',
    );
  });
});

describe('the list of dead letters', () => {
  it('says where each came from and why, and how many are not listed', () => {
    expect(formatDeadLetters({ total: 0, letters: [] })).toBe('no dead letters');
    const text = formatDeadLetters({ total: 3, letters: [{ ...LETTER, redrivenAt: null }] });
    expect(text).toMatch(
      /enricher\/0\/0 +decode +LR_CODEC_MALFORMED +lead\.submitted\.v1 2:17 +2026-11-22 12:00:00\.005 UTC +- +the bytes are no LeadSubmitted/,
    );
    expect(text).toContain('2 older ones are not listed');
  });
});

describe('a table of text', () => {
  it('has columns as wide as they need, numbers to the right', () => {
    const columns = [{ title: 'pool' }, { title: 'owned', isNumber: true }];
    expect(
      textTable(columns, [
        ['a', '1'],
        ['longer', '10,000'],
      ]),
    ).toEqual(['pool     owned', 'a            1', 'longer  10,000']);
    expect(textTable(columns, [])).toEqual([]);
  });

  it('prints numbers, counts and instants one way', () => {
    expect([count(1234567), countList([['NEED_INFORMATION', 2]]), countList([]), instant(AT)]).toEqual([
      '1,234,567',
      'need information 2',
      'none',
      '2026-11-22 12:00:00.000 UTC',
    ]);
  });
});
