import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activityEventId, leadIdFor } from './ids.ts';
import { ACTIVITY_PATHS, type ActivityResult, parseActivity } from './parse-activity.ts';

const leadId = leadIdFor('acme', { kind: 'REFERENCE', reference: 'A-1' });
const activity = { activityId: '17', leadId, activity: 'QUALIFIED', occurredAt: '2026-05-31T14:05:00Z' };

function faultsOf(result: ActivityResult): readonly string[] {
  return result.ok ? [] : result.faults.map((fault) => `${fault.code} ${fault.field}`);
}

describe('an activity', () => {
  test('names its lead by id or by vendor and reference', () => {
    const { leadId: _, ...rest } = activity;
    for (const value of [activity, { ...rest, vendor: 'acme', vendorReference: 'A-1' }]) {
      expect(parseActivity(value, 'crm')).toMatchObject({
        ok: true,
        submission: { leadId, eventId: activityEventId('crm', '17'), activity: { system: 'crm', activity: 'QUALIFIED' } },
      });
    }
    expect(faultsOf(parseActivity(rest, 'crm'))).toEqual(['LR_LEAD_FIELD_MISSING leadId']);
    expect(faultsOf(parseActivity({ ...rest, leadId: 'x' }, 'crm'))).toEqual(['LR_LEAD_FIELD_VALUE leadId']);
  });

  test('brings answers and a person only if it says so', () => {
    const plain = parseActivity(activity, 'crm');
    expect(plain.ok && plain.submission.activity).toMatchObject({ answers: null, person: null, isHumanResponse: true, attributes: {} });
    const rich = parseActivity({ ...activity, answers: { budget: 5 }, person: { notes: 'called' } }, 'crm');
    expect(rich.ok && rich.submission.activity).toMatchObject({
      answers: { budget: 5, authority: 'UNKNOWN' },
      person: { notes: 'called' },
    });
  });

  test('names every fault', () => {
    expect(faultsOf(parseActivity({ activity: 'UNKNOWN', leadId, agent: 'a' }, 'crm'))).toEqual([
      'LR_LEAD_FIELD_MISSING activityId',
      'LR_LEAD_FIELD_VALUE activity',
      'LR_LEAD_FIELD_MISSING occurredAt',
      'LR_LEAD_FIELD_UNKNOWN agent',
    ]);
    expect(faultsOf(parseActivity(null, 'crm'))).toEqual(['LR_LEAD_NOT_AN_OBJECT ']);
  });

  test('is that or a list of faults, whatever comes', () => {
    const nearly = fc.dictionary(fc.constantFrom(...ACTIVITY_PATHS.map((path) => path.split('.')[0] ?? path)), fc.anything());
    fc.assert(
      fc.property(fc.oneof(fc.anything(), nearly), (value) => {
        const result = parseActivity(value, 'crm');
        if (!result.ok) expect(result.faults.length).toBeGreaterThan(0);
      }),
    );
  });
});
