/** Rules for stories about capacity: a weighted pool with caps and somebody on leave, two offices with hours, and a last resort with a clock. */

export const BURST_POOL = 'burst';
/** Of exactly this capacity: with 3:2:1 of ten thousand nobody's cap binds, a few leads later each one does. */
export const BURST_AGENTS = [
  { agentId: 'ann', weight: 3, open: 5_001 },
  { agentId: 'bob', weight: 2, open: 3_335 },
  { agentId: 'cid', weight: 1, open: 1_668 },
] as const;
export const ON_LEAVE = 'dee';

/** At most so many open leads each in the small office. */
export const DESKS = ['olga', 'otto'];
export const OPEN_EACH = 4;

export const SHIFT_ACCEPT_MINUTES = 5;

/** Seconds that the first final decision maker has. */
export const ACCEPT_SECONDS = 5;

export interface CapacityHours {
  /** Of both offices, as in a rule set. Left out: around the clock. */
  readonly offices?: string;
  readonly shift?: Shift;
}

/** Somebody's last shift before a holiday. */
export interface Shift {
  readonly zone: string;
  readonly hours: string;
  /** A day, as in a rule set. */
  readonly holiday: string;
}

export const capacityRules = ({ offices, shift }: CapacityHours = {}): string => `
name: capacity
calendars:
  closed: [${shift?.holiday ?? '2020-01-01'}]
scoring:
  grades:
    - { grade: HOT, when: lead.attributes.grade == "HOT" }
    - { grade: HIGH_POTENTIAL, when: lead.attributes.grade == "HIGH_POTENTIAL" }
    - { grade: LOW_POTENTIAL }
rules:
  - { id: burst, when: lead.attributes.for == "burst", to: ${BURST_POOL} }
  - { id: office, when: lead.attributes.for == "office", to: office }
  - { id: hall, when: lead.attributes.for == "hall", to: hall }
  - { id: shift, when: lead.attributes.for == "shift", to: shift }
lastResort:
  to: chiefs
  description: No rule matched; the final decision makers have it
destinations:
  - { id: sales, kind: SALES }
  - { id: offices, kind: CALL_CENTER${offices === undefined ? '' : `, hours: ${offices}`} }
pools:
  - id: ${BURST_POOL}
    destination: sales
    agents:
${BURST_AGENTS.map(({ agentId, weight, open }) => `      - { id: ${agentId}, weight: ${weight}, caps: { open: ${open} } }`).join('\n')}
      - { id: ${ON_LEAVE}, weight: 2, leave: [{ from: 2020-01-01, to: 2100-01-01 }] }
  - id: office
    destination: offices
    agents: [${DESKS.map((agentId) => `{ id: ${agentId}, caps: { open: ${OPEN_EACH} } }`).join(', ')}]
  - { id: hall, destination: offices, agents: [{ id: hal }, { id: hanna }, { id: hugo }] }
  - id: shift
    destination: sales
    ${shift === undefined ? '' : `zone: ${shift.zone}\n    hours: ${shift.hours}\n    holidays: closed`}
    sla: { accept: { within: ${SHIFT_ACCEPT_MINUTES}m, warnAt: 80% }, reassignments: 1 }
    agents: [{ id: sue }, { id: sid }]
  - { id: chiefs, destination: sales, acceptWithin: ${ACCEPT_SECONDS}s, agents: [{ id: chief }, { id: deputy }] }
`;

const MINUTE_MS = 60_000;

/** Hours that are closed now and open at the first full minute that is at least so far away. In UTC. */
export function closedUntilNextMinute(leastMs: number): { readonly hours: string; readonly opensAt: number } {
  const now = Date.now();
  const opensAt = Math.ceil((now + leastMs) / MINUTE_MS) * MINUTE_MS;
  // Open at all other times: what ends before it begins goes on into the next day.
  return { hours: `mon-sun ${clock(opensAt)}-${clock(now)}`, opensAt };
}

const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
