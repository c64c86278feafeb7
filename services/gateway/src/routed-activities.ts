/** The activities that something acts on: others are known to the contract and refused at the door, until a lead's history has a place for them. */
import type { ActivityKind } from '@lead-router/domain/routing-model.ts';

/** An object, so that the compiler asks for every kind of the domain. */
const ROUTED = {
  ACCEPTED: true,
  DECLINED: true,
  CONTACTED: true,
  QUALIFIED: true,
  DISQUALIFIED: true,
  RETURNED: true,
  WON: true,
  LOST: true,
} as const satisfies Readonly<Record<ActivityKind, true>>;

export const ROUTED_ACTIVITIES: readonly string[] = Object.keys(ROUTED);

/** For a fault's message. */
export const UNROUTED_ADVICE = `nothing acts on this kind of activity yet: accepted are ${ROUTED_ACTIVITIES.join(', ')}`;
