/** The `sla` part of a pool or destination: which promises its owners make, in which time, and what comes after them. */
import type { ClockPolicy, SlaPolicy } from '../rule-set.ts';
import { fieldsOf, isMapping, numberOf, oneOf, type Place, type RuleSetDocument, report, textOf } from './document.ts';
import { durationOf } from './duration.ts';

export const NO_SLA: SlaPolicy = { accept: null, firstResponse: null, maxReassignments: null };

const SHARE = /^(\d{1,2})\s*%$/;
const REASSIGNMENTS = { min: 0, max: 100, integer: true } as const;

/** `acceptWithin` is the short form: an accept clock by the wall, without a warning. What neither says is as in `inherited`. */
export function readSla(
  document: RuleSetDocument,
  places: { readonly sla: Place | null; readonly acceptWithin: Place | null },
  inherited: SlaPolicy,
): SlaPolicy {
  const fields = places.sla === null ? null : fieldsOf(document, places.sla, { optional: ['accept', 'firstResponse', 'reassignments'] });
  const withinMs = durationOf(document, places.acceptWithin);
  const short: ClockPolicy | null = withinMs === null ? null : { withinMs, time: 'WALL', warnAfterMs: null };
  const acceptPlace = fields?.get('accept') ?? null;
  if (acceptPlace !== null && places.acceptWithin !== null)
    report(document, places.acceptWithin, { message: '"acceptWithin" is the short form of "sla.accept": say it once' });
  return {
    accept: readClock(document, acceptPlace) ?? short ?? inherited.accept,
    firstResponse: readClock(document, fields?.get('firstResponse') ?? null) ?? inherited.firstResponse,
    maxReassignments: numberOf(document, fields?.get('reassignments') ?? null, REASSIGNMENTS) ?? inherited.maxReassignments,
  };
}

/** `15m`, or its parts; business time unless it says wall time. */
function readClock(document: RuleSetDocument, place: Place | null): ClockPolicy | null {
  if (place === null) return null;
  if (!isMapping(document, place)) {
    const withinMs = durationOf(document, place);
    return withinMs === null ? null : { withinMs, time: 'BUSINESS', warnAfterMs: null };
  }
  const fields = fieldsOf(document, place, { required: ['within'], optional: ['time', 'warnAt'] });
  const withinMs = durationOf(document, fields?.get('within') ?? null);
  const time = oneOf(document, fields?.get('time') ?? null, ['business', 'wall']);
  const share = shareOf(document, fields?.get('warnAt') ?? null);
  if (withinMs === null) return null;
  return { withinMs, time: time === 'wall' ? 'WALL' : 'BUSINESS', warnAfterMs: share === null ? null : Math.floor(withinMs * share) };
}

/** `80%`, as 0.8. */
function shareOf(document: RuleSetDocument, place: Place | null): number | null {
  const text = textOf(document, place);
  if (text === null || place === null) return null;
  const percent = Number(SHARE.exec(text.trim())?.[1] ?? 0);
  if (percent > 0) return percent / 100;
  report(document, place, { message: `"${text}" is not a share of the time: write 1% to 99%, such as 80%` });
  return null;
}
