/** Why an input changed nothing: a closed list, because each is counted. */

export type IgnoredReason =
  | 'TIMER_SUPERSEDED'
  | 'LEAD_UNKNOWN'
  /** An activity whose lead has not come: kept, and an input again when it has. */
  | 'LEAD_NOT_YET_KNOWN'
  | 'LEAD_ALREADY_SUBMITTED'
  | 'NOT_WAITING'
  | 'ALREADY_CLOSED'
  | 'NOT_THE_OWNER'
  | 'ALREADY_ACCEPTED'
  /** Accepted by somebody whom the lead was offered to, after somebody else. */
  | 'OFFER_TAKEN'
  /** The lead is offered, but not to who speaks. */
  | 'NOT_OFFERED'
  /** Accepted by somebody whom it is offered to, who is at a cap; the offer stays. */
  | 'NO_ROOM'
  /** Accepted by somebody whom it is offered to, who is on leave or has said to be away; the offer stays. */
  | 'NOT_THERE'
  /** About an earlier assignment of the lead. */
  | 'REVISION_SUPERSEDED'
  /** A reassignment by hand to a pool or agent that the rule set does not have, or that is not active. */
  | 'TARGET_UNKNOWN'
  | 'NO_CHANGE';
