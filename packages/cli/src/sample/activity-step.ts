/** One thing that somebody does with a lead of the sample: what is said of it beside the lead and the time. */
import type { ActivityIntake } from '@lead-router/contracts/generated/wire-types.ts';

/** By the lead's owner, unless it says by whom. */
export type ActivityStep = Pick<ActivityIntake, 'activity'> &
  Partial<Pick<ActivityIntake, 'agentId' | 'reason' | 'answers' | 'person' | 'isHumanResponse'>>;
