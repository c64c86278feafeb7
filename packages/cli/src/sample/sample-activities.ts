/**
 * What people and mailings do with some of the sample's leads, so that whoever watches sees answers, promotions, hand-offs and closed
 * leads: which leads and how they go on follow from the seed and the lead's place; what is done, from where the rules have put it.
 */
import type { ActivityIntake, Qualification } from '@lead-router/contracts/generated/wire-types.ts';
import type { LeadPlace } from '@lead-router/store/lead-places.ts';
import type { ActivityStep } from './activity-step.ts';
import { offerStory } from './sample-offers.ts';
import { type SeededRandom, seededRandom } from './seeded-random.ts';

/** A system of its own on Kafka, see LOCAL_SYSTEMS. */
export const SAMPLE_SYSTEM = 'crm';
/** Of the leads that come for the first time. */
const SHARE = 0.06;
const SEED = 1;
/** Purposes of chance, beyond those of the leads themselves. */
const STREAM = { chosen: 101, story: 102 } as const;

const NO_ANSWERS: Qualification = { budget: null, authority: 'UNKNOWN', need: null, timeFrame: 'UNKNOWN', productInterest: [] };
const NOBODY = {
  ...{ firstName: null, lastName: null, jobTitle: null, email: null, phone: null, mobile: null, fax: null, street: null },
  ...{ comments: null, notes: null, fullName: null, found: null },
};

const ACCEPTED: ActivityStep = { activity: 'ACCEPTED' };
const CONTACTED: ActivityStep = { activity: 'CONTACTED' };
const VOICEMAIL: ActivityStep = { activity: 'CONTACTED', isHumanResponse: false, reason: 'voicemail' };
const noting = (step: ActivityStep, notes: string): ActivityStep => ({ ...step, person: { ...NOBODY, notes } });

/** The lead at this place of the sample is one that somebody does something with. */
export function isWorked(index: number): boolean {
  return seededRandom(SEED, STREAM.chosen, index).chance(SHARE);
}

/** In their order; none where nobody does anything, such as with leads that wait or have escalated. `now` is when the last one happened. */
export function activitiesFor(
  place: LeadPlace,
  { index, now }: { readonly index: number; readonly now: number },
): readonly ActivityIntake[] {
  const random = seededRandom(SEED, STREAM.story, index);
  const steps = place.stage === 'OFFERED' ? offerStory(place.offeredTo, random) : place.stage === 'ASSIGNED' ? storyOf(place, random) : [];
  return steps.map((step, at) => ({
    ...{ activityId: `sample-${place.leadId}-${at}`, leadId: place.leadId, vendor: null, vendorReference: null },
    // A millisecond each, so that their order is also that of their times.
    occurredAt: now - (steps.length - 1 - at),
    agentId: step.activity === 'ENGAGED' ? null : place.agentId,
    ...{ reason: null, isHumanResponse: true, revision: null, answers: null, attributes: {}, person: null },
    ...step,
  }));
}

function storyOf({ poolId, destinationId, grade }: LeadPlace, random: SeededRandom): readonly ActivityStep[] {
  switch (destinationId) {
    case 'nurture':
    case 'web':
      return engagement(random);
    case 'rapid-response':
      // Nobody accepts there: that is to be watched.
      return [];
    case 'call-center':
      if (grade === 'NEED_INFORMATION' && poolId === 'information-desk') return answered(random);
      return random.chance(0.7)
        ? [ACCEPTED, CONTACTED, noting({ activity: 'QUALIFIED' }, 'Confirmed need, budget and time frame on the phone.')]
        : [ACCEPTED, VOICEMAIL, CONTACTED, { activity: 'DISQUALIFIED', reason: 'no need' }];
    // Paid by the call, they make less of it: what margin learns.
    case 'contract-callers':
      return random.chance(0.45)
        ? [ACCEPTED, CONTACTED, { activity: 'QUALIFIED' }]
        : [ACCEPTED, CONTACTED, { activity: 'DISQUALIFIED', reason: 'no need' }];
    case 'sales':
    case 'named-reps':
      return random.pick([
        [{ activity: 'DECLINED', reason: 'on the road this week' }],
        [ACCEPTED, VOICEMAIL],
        [ACCEPTED, CONTACTED],
        [ACCEPTED, CONTACTED, { activity: 'WON', reason: 'order' }],
        [ACCEPTED, CONTACTED, { activity: 'LOST', reason: 'bought elsewhere' }],
      ]);
    default:
      return random.chance(0.8) ? [ACCEPTED, CONTACTED] : [{ activity: 'RETURNED', reason: 'wrong contact details' }];
  }
}

/** Two clicks do nothing yet; who also comes to a webinar is promoted. */
function engagement(random: SeededRandom): readonly ActivityStep[] {
  const click: ActivityStep = { activity: 'ENGAGED', reason: 'clicked' };
  const opened: ActivityStep = { activity: 'ENGAGED', reason: 'opened' };
  return random.chance(0.6) ? [opened, click, click, { activity: 'ENGAGED', reason: 'attended' }] : [opened, click];
}

/** The call center gets what was missing; most of it makes a lead Hot. */
function answered(random: SeededRandom): readonly ActivityStep[] {
  const soon: Qualification = { ...NO_ANSWERS, budget: 150_000, authority: 'DECIDES', timeFrame: 'WITHIN_3_MONTHS' };
  const later: Qualification = { ...NO_ANSWERS, authority: 'RECOMMENDS', timeFrame: 'LATER' };
  const answers = random.chance(0.7) ? soon : later;
  return [ACCEPTED, noting({ activity: 'ANSWERED', answers }, 'Asked for what was missing.')];
}
