/** An audit's report for people: what it proves, the numbers, what does not agree, what it cannot prove. */
import { type AuditReport, type CheckReport, MAX_LISTED, type Place } from './audit-report.ts';

const PLACES: readonly (readonly [Place, string])[] = [
  ['assigned', 'assigned'],
  ['offered', 'offered to several agents'],
  ['linked', 'linked to an open lead of the same person'],
  ['waiting', 'waiting in a queue'],
  ['exception', 'with a final decision maker'],
  ['closed', 'closed'],
  ['deadLettered', 'dead-lettered'],
  ['inFlight', 'in flight'],
];

const COUNT_WIDTH = 12;

/** Several lines, without a line feed at the end. */
export function formatAudit(report: AuditReport): string {
  return [
    `audit of ${number(report.leads)} leads below the cut, in ${(report.durationMs / 1000).toFixed(1)} s`,
    '',
    ...PLACES.map(([place, words]) => `${number(report.places[place]).padStart(COUNT_WIDTH)}  ${words}`),
    ...(report.refusedAtIntake === 0
      ? []
      : [`${number(report.refusedAtIntake).padStart(COUNT_WIDTH)}  records of intake topics refused (no lead; each is a dead letter)`]),
    '',
    ...report.checks.flatMap(checkLines),
    '',
    ...inFlightLines(report),
    'Not proved:',
    ...report.notProved.map((line) => `  - ${line}`),
    '',
    verdict(report),
  ].join('\n');
}

function checkLines({ check, proves, counts, discrepancies, first }: CheckReport): readonly string[] {
  const numbers = Object.entries(counts).map(([name, count]) => `${spaced(name)} ${number(count)}`);
  const more = discrepancies - first.length;
  return [
    `${discrepancies === 0 ? 'ok   ' : 'FAULT'} ${check}: ${proves}`,
    `      ${numbers.join(', ')}${discrepancies === 0 ? '' : `, discrepancies ${number(discrepancies)}`}`,
    ...first.map(({ leadId, what }) => `      - ${leadId === null ? '' : `lead ${leadId}: `}${what}`),
    ...(more > 0 ? [`      … and ${number(more)} more (the first ${MAX_LISTED} are listed)`] : []),
  ];
}

function inFlightLines({ inFlight, inFlightOf }: AuditReport): readonly string[] {
  if (inFlight === 0) return [];
  const parts = Object.entries(inFlightOf).filter(([, count]) => count > 0);
  return [`In flight, settled by a later audit: ${parts.map(([name, count]) => `${spaced(name)} ${number(count)}`).join(', ')}.`, ''];
}

function verdict({ balances, discrepancies, inFlight }: AuditReport): string {
  if (!balances) return `The books do not balance: ${number(discrepancies)} discrepancies.`;
  return inFlight === 0 ? 'The books balance, and nothing is in flight.' : 'The books balance below the cut.';
}

function spaced(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
